//! Colours as WCAG 2.2 computes with them.

/// Red, green and blue from 0 to 255, and how much of it covers what is behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colour {
    channels: [f64; 3],
    cover: f64,
}

impl Colour {
    /// Reads `#rrggbb` or `rgb(r g b / a)`.
    pub fn parse(text: &str) -> Result<Colour, String> {
        let wrong = || format!("{text:?} is neither #rrggbb nor rgb(r g b / a)");
        if let Some(digits) = text.strip_prefix('#').filter(|digits| digits.len() == 6) {
            let channel = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map(f64::from).map_err(|_| wrong());
            return Ok(Colour { channels: [channel(0)?, channel(2)?, channel(4)?], cover: 1.0 });
        }
        let inner = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')).ok_or_else(wrong)?;
        let numbers: Vec<f64> = inner.split([' ', '/']).filter_map(|number| number.parse().ok()).collect();
        match numbers[..] {
            [red, green, blue] => Ok(Colour { channels: [red, green, blue], cover: 1.0 }),
            [red, green, blue, cover] => Ok(Colour { channels: [red, green, blue], cover }),
            _ => Err(wrong()),
        }
    }

    /// What is seen when this lies on a ground.
    pub fn on(self, ground: Colour) -> Colour {
        let mix = |at: usize| self.channels[at] * self.cover + ground.channels[at] * (1.0 - self.cover);
        Colour { channels: [mix(0), mix(1), mix(2)], cover: 1.0 }
    }

    /// The contrast ratio with the ground behind it, from 1 to 21.
    pub fn contrast(self, ground: Colour) -> f64 {
        let (one, other) = (self.on(ground).luminance(), ground.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: f64| {
            let share = channel / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.channels.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
}

#[test]
fn contrast_is_reckoned_as_wcag_does() {
    let contrast = |one: &str, other: &str| {
        let ratio = Colour::parse(one).unwrap().contrast(Colour::parse(other).unwrap());
        (ratio * 100.0).round() / 100.0
    };
    assert_eq!(contrast("#000000", "#ffffff"), 21.0);
    assert_eq!(contrast("#777777", "#ffffff"), 4.48);
    assert_eq!(contrast("rgb(0 0 0 / 0.5)", "#ffffff"), 3.98);
    Colour::parse("red").unwrap_err();
}
