//! Which jump hosts may stand behind which others. Knows no database.

use netraven_api::jump_hosts::LONGEST_CHAIN;

/// A jump host and the one it is reached through.
pub struct ChainLink {
    pub id: i64,
    pub name: String,
    pub through: Option<i64>,
}

/// What is wrong with these jump hosts, as a sentence; none if every chain ends soon enough.
pub fn fault(links: &[ChainLink]) -> Option<String> {
    links.iter().find_map(|last| {
        let mut names = vec![last.name.as_str()];
        let mut next = last.through;
        while let Some(id) = next {
            let link = links.iter().find(|link| link.id == id)?;
            names.insert(0, &link.name);
            if link.id == last.id {
                return Some(format!("These jump hosts would go in a circle: {}.", names.join(", ")));
            }
            if names.len() > LONGEST_CHAIN {
                return Some(format!(
                    "{LONGEST_CHAIN} jump hosts in a row are the most; these would be more: {}.",
                    names.join(", ")
                ));
            }
            next = link.through;
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links(pairs: &[(i64, Option<i64>)]) -> Vec<ChainLink> {
        pairs.iter().map(|(id, through)| ChainLink { id: *id, name: format!("b{id}"), through: *through }).collect()
    }

    #[test]
    fn three_in_a_row_are_the_most() {
        assert_eq!(fault(&links(&[(1, None), (2, Some(1)), (3, Some(2))])), None);
        let four = fault(&links(&[(1, None), (2, Some(1)), (3, Some(2)), (4, Some(3))]));
        assert_eq!(four.unwrap(), "3 jump hosts in a row are the most; these would be more: b1, b2, b3, b4.");
    }

    #[test]
    fn a_circle_is_refused_however_long_it_is() {
        for circle in [&[(1, Some(1))][..], &[(1, Some(2)), (2, Some(1))], &[(1, Some(2)), (2, Some(3)), (3, Some(1))]]
        {
            let told = fault(&links(circle)).unwrap();
            assert!(told.starts_with("These jump hosts would go in a circle: b"), "{told}");
        }
    }
}
