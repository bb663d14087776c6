/** What one tab keeps over a reload, as JSON. It ends with the tab; a browser that stores nothing has it as long as the page. */

export function kept(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Forgets it if `value` is null. */
export function keep(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // It is for reloads only.
  }
}
