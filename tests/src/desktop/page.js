// What a person, or a screen reader, finds on the page: elements by role and name, tables by head, and all of it as an outline.
const page = (() => {
  const TAGS = {
    A: 'link', BUTTON: 'button', SELECT: 'combobox', TEXTAREA: 'textbox', OPTION: 'option', TABLE: 'table', TR: 'row',
    TH: 'columnheader', TD: 'cell', UL: 'list', OL: 'list', LI: 'listitem', NAV: 'navigation', MAIN: 'main', HEADER: 'banner',
    FOOTER: 'contentinfo', H1: 'heading', H2: 'heading', H3: 'heading', P: 'paragraph', FORM: 'form', PRE: 'code',
  };
  const INPUTS = { checkbox: 'checkbox', radio: 'radio', search: 'searchbox', submit: 'button', button: 'button' };
  const NAMED_BY_CONTENT = [
    'link', 'button', 'option', 'row', 'columnheader', 'cell', 'gridcell', 'listitem', 'heading', 'paragraph', 'tab', 'menuitem',
    'alert', 'status', 'note',
  ];
  const one = text => (text ?? '').replace(/\s+/g, ' ').trim();
  const role = element => element.getAttribute('role')
    ?? (element.tagName === 'INPUT' ? INPUTS[element.type] ?? 'textbox' : TAGS[element.tagName] ?? '');
  const name = element => {
    const by = element.getAttribute('aria-labelledby');
    if (by) return one(by.split(/\s+/).map(id => document.getElementById(id)?.innerText).join(' '));
    const label = one(element.getAttribute('aria-label'));
    if (label) return label;
    if (element.labels?.length) return one([...element.labels].map(label => label.innerText).join(' '));
    const content = NAMED_BY_CONTENT.includes(role(element)) ? one(element.innerText) : '';
    return content || one(element.getAttribute('title')) || one(element.getAttribute('placeholder'));
  };
  const seen = element => element.closest('[hidden],[aria-hidden=true]') === null
    && element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
  const off = element => element.disabled === true || element.getAttribute('aria-disabled') === 'true';
  // Behind an open dialog nothing can be reached.
  const top = () => [...document.querySelectorAll('[role=dialog]')].pop() ?? document.body;
  const all = (wanted, from) => [from, ...from.querySelectorAll('*')].filter(element => role(element) === wanted && seen(element));
  // The element of that very name; else the first whose name begins so, such as a tab with a count behind its name.
  const find = (wanted, called) => {
    const found = all(wanted, top());
    return found.find(element => name(element) === called) ?? found.find(element => name(element).startsWith(called)) ?? null;
  };
  // The cells beneath a head, row by row, without rows that span the table.
  const column = (table, head) => {
    const found = find('table', table);
    const heads = found ? all('columnheader', found).map(name) : [];
    const place = heads.findIndex(title => title === head);
    if (place < 0) return null;
    return [...found.tBodies[0].rows].filter(row => row.cells.length > 1).map(row => {
      const shown = [...row.cells].filter(seen);
      return one(shown[place]?.innerText);
    });
  };
  const focus = () => {
    const element = document.activeElement ?? document.body;
    // A ring may be drawn by what surrounds the field.
    const ringed = [element, element.parentElement].filter(Boolean).some(candidate => {
      const style = getComputedStyle(candidate);
      const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
      return candidate !== document.body && (outlined || style.boxShadow !== 'none');
    });
    return { role: role(element), name: name(element), id: element.id, ringed };
  };
  const STATES = ['aria-selected', 'aria-pressed', 'aria-expanded', 'aria-checked', 'aria-busy', 'aria-sort', 'aria-invalid'];
  const line = element => {
    const states = STATES.filter(state => element.hasAttribute(state))
      .map(state => `${state.slice(5)}=${element.getAttribute(state)}`);
    if (off(element)) states.push(`off: ${element.title || 'no reason'}`);
    if (document.activeElement === element) states.push('focus');
    if (['INPUT', 'SELECT', 'TEXTAREA'].includes(element.tagName)) {
      states.push(element.type === 'password' ? `${element.value.length} letters` : `value=${JSON.stringify(element.value)}`);
    }
    const called = name(element);
    return role(element) + (called ? ` "${called.slice(0, 200)}"` : '') + (states.length ? ` [${states.join(', ')}]` : '');
  };
  const outline = () => {
    const lines = [location.pathname + location.search];
    const walk = (node, depth) => {
      if (node.nodeType === Node.TEXT_NODE) {
        const text = one(node.data);
        if (text) lines.push('  '.repeat(depth) + text);
        return;
      }
      if (node.nodeType !== Node.ELEMENT_NODE || ['SCRIPT', 'STYLE', 'SVG', 'svg'].includes(node.tagName)) return;
      const style = getComputedStyle(node);
      if (style.display === 'none' || style.visibility === 'hidden' || node.hidden) return;
      const what = role(node);
      if (what) lines.push('  '.repeat(depth) + line(node));
      // What names itself by its content has it in its own line already, unless there is something to press inside.
      if (what && NAMED_BY_CONTENT.includes(what) && !node.querySelector('a,button,input,select')) return;
      for (const child of node.childNodes) walk(child, depth + (what ? 1 : 0));
    };
    walk(document.body, 0);
    return lines.join('\n');
  };
  return { all, column, find, focus, name, off, one, outline, seen, top };
})();
