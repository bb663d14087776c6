// The search of the guides. Its words are in the address, after #search=, of the first page, which has all sections.
const FIRST = "/docs/guide";
const MOST = 30;
const form = document.getElementById("search");
const content = document.getElementById("content");
const original = [...content.childNodes];

function scoreOf(section, words) {
  const heading = `${section.page} ${section.heading}`.toLowerCase();
  const text = section.text.toLowerCase();
  let score = 0;
  for (const word of words) {
    const found = (heading.includes(word) ? 10 : 0) + Math.min(text.split(word).length - 1, 5);
    if (found === 0) return 0;
    score += found;
  }
  return score;
}

function excerpt(text, word) {
  const start = Math.max(0, text.toLowerCase().indexOf(word) - 60);
  return `${start > 0 ? "…" : ""}${text.slice(start, start + 180)}…`;
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function show(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const sections = JSON.parse(document.getElementById("sections").textContent);
  const found = sections
    .map((section) => ({ section, score: scoreOf(section, words) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .slice(0, MOST)
    .map(({ section }) =>
      element("li", {},
        element("a", { href: section.url }, `${section.page}${section.heading === section.page ? "" : `: ${section.heading}`}`),
        element("p", {}, excerpt(section.text, words[0]))));
  const how = found.length === 0 ? "Nothing has all of these words. Try fewer." : "";
  content.replaceChildren(
    element("h1", {}, `Search: ${query}`), element("p", { role: "status" }, how), element("ul", { className: "found" }, ...found));
  document.title = `${query} · EasyOrder`;
}

function follow() {
  const query = new URLSearchParams(location.hash.slice(1)).get("search");
  if (location.pathname === FIRST && query) {
    form.elements.words.value = query;
    show(query);
  } else if (content.firstChild !== original[0]) {
    content.replaceChildren(...original);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const query = form.elements.words.value.trim();
  if (query) location.href = `${FIRST}#search=${encodeURIComponent(query)}`;
});
addEventListener("hashchange", follow);
follow();
