// The reference, made of /openapi.json by Swagger UI. Its calls are those of whoever has logged in on this page.
import { Session, requestId } from "/static/shared/api.js";

const NOBODY = "Log in, and calls are made with your access token. Register makes an account.";
const form = document.getElementById("login");
const logout = document.getElementById("logout");
const state = document.getElementById("state");
const session = new Session(show);

function show() {
  form.hidden = session.user !== null;
  logout.hidden = session.user === null;
  state.textContent = session.user ? `Calls are made as ${session.user.email}.` : NOBODY;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { email, password } = Object.fromEntries(new FormData(form));
  try {
    await session.signIn(email, password);
    form.reset();
    logout.focus();
  } catch (error) {
    state.textContent = error.message;
  }
});

logout.addEventListener("click", async () => {
  await session.signOut();
  form.elements.email.focus();
});

// Swagger UI is dark by a class, all else by the system's setting.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);

// An example's requestId was used long ago by whoever tried it before: a repeat of it would get what was made then.
const examples = new Set();
const REQUEST_ID = /"requestId": *"([^"]*)"/g;

function withExamples(response) {
  if (response.url.endsWith("/openapi.json")) for (const [, id] of response.text.matchAll(REQUEST_ID)) examples.add(id);
  return response;
}

async function prepared(request) {
  if (request.loadSpec) return request;
  if (typeof request.body === "string") {
    request.body = request.body.replaceAll(REQUEST_ID, (own, id) => (examples.has(id) ? `"requestId": "${requestId()}"` : own));
  }
  const token = await session.accessToken();
  if (token) request.headers.authorization ??= `Bearer ${token}`;
  return request;
}

// An operation is a button, in which another link could not be reached by keyboard; its address has it all the same.
const withoutLinks = () => ({ components: { DeepLink: ({ text }) => text } });

// What Swagger UI leaves without a name, or out of a keyboard's reach.
const missing = new MutationObserver(() => {
  for (const code of document.querySelectorAll("#reference pre:not([tabindex])")) code.tabIndex = 0;
  for (const body of document.querySelectorAll("#reference textarea:not([aria-label])")) body.ariaLabel = "Body of the request";
});
missing.observe(document.getElementById("reference"), { childList: true, subtree: true });

follow();
show();
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: 0,
  filter: true,
  plugins: [withoutLinks],
  syntaxHighlight: { activated: false },
  validatorUrl: null,
  requestInterceptor: prepared,
  responseInterceptor: withExamples,
});
