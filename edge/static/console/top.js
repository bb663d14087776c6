/** What is always in sight: whether the page hears of what happens, and how it looks. */

import { html, useEffect, useReducer, useState } from "../shared/framework.js";

/** Renders again when something has happened to the orders. */
export function useLive(live) {
  const [, changed] = useReducer((n) => n + 1, 0);
  useEffect(() => live.subscribe(changed), [live]);
}

const STATES = {
  connecting: ["warn", "Connecting…"],
  live: ["good", "Live"],
  lost: ["bad", "Connection lost, trying again"],
  refused: ["bad", "No live orders"],
  over: ["bad", "No live orders"],
};

export function Connection({ live }) {
  useLive(live);
  const [tone, text] = STATES[live.state];
  return html`<span class="badge ${tone}" role="status" title=${live.error?.message ?? ""}>${text}</span>`;
}

const KEY = "easyorder-theme";

/** What `use` returns; null in a browser that stores nothing, where touching the storage throws. */
function stored(use) {
  try {
    return use(localStorage);
  } catch {
    return null;
  }
}

export function ThemeChoice() {
  const [theme, setTheme] = useState(() => stored((storage) => storage.getItem(KEY)) ?? "auto");
  useEffect(() => {
    stored((storage) => storage.setItem(KEY, theme));
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  return html`<label class="theme"><span class="hidden">Theme</span>
    <select value=${theme} onChange=${(event) => setTheme(event.target.value)}>
      <option value="auto">Auto</option><option value="light">Light</option><option value="dark">Dark</option>
    </select></label>`;
}
