/** Users with their roles and sessions, and teams. */

import { html, useState } from "../shared/framework.js";
import { Metadata, metadataOf, pairsOf } from "./metadata.js";
import { Teams } from "./teams.js";
import { to, useFilters } from "./router.js";
import { Action, Badge, Dialog, Empty, Field, Heading, Pages, Problem, Table, Time, useLoad, usePages } from "./ui.js";
import { words } from "../shared/words.js";

const ROLES = ["ROLE_USER", "ROLE_ADMIN"];

export function UsersScreen({ session, route }) {
  const [filters, set] = useFilters(route, ["emailPrefix", "id", "ask", "of"]);
  const pages = usePages(
    async (pageToken, signal) => {
      if (filters.id) return [[await session.get(`/api/v1/users/${encodeURIComponent(filters.id)}`, {}, signal)], ""];
      const page = await session.get("/api/v1/admin/users", { pageSize: 20, pageToken, emailPrefix: filters.emailPrefix }, signal);
      return [page.users, page.nextPageToken];
    },
    [filters.emailPrefix, filters.id],
  );
  const put = (user) => pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.id === user.id ? user : one)) });
  const does = async (user, verb, body) => put(await session.post(`/api/v1/admin/users/${user.id}:${verb}`, body));
  const columns = [
    ["Address", (user) => html`<a href=${to("users", { id: user.id })}>${user.email}</a>`],
    ["Name", (user) => user.displayName],
    ["Metadata", (user) => Object.entries(user.metadata ?? {}).sort().map(([key, value]) => html`<div key=${key}><code>${key}</code> ${value}</div>`)],
    ["Roles", (user) => user.roles.map(words).join(", ")],
    ["Since", (user) => html`<${Time} of=${user.createTime} />`],
    ["State", (user) => html`<${Badge} of=${user.disabled ? "OFF" : "OK"} text=${user.disabled ? "Disabled" : "Enabled"} />`],
    [
      "Do",
      (user) => html`<div class="actions"><button type="button" onClick=${() => set({ ask: "roles", of: user.id })}>Roles…</button>
        <button type="button" onClick=${() => set({ ask: "metadata", of: user.id })}>Metadata…</button>
        <button type="button" onClick=${() => set({ ask: "sessions", of: user.id })}>Sessions…</button>
        ${user.disabled
          ? html`<${Action} label="Enable" does=${() => does(user, "enable")} />`
          : html`<${Action} label="Disable" danger does=${() => does(user, "disable")} />`}
      </div>`,
    ],
  ];
  const close = () => set({ ask: "", of: "" });
  const asked = pages.rows.find((user) => user.id === filters.of);
  return html`
    <${Heading} title="Users" />
    <form class="filters" onSubmit=${(event) => (event.preventDefault(), set({ id: "", emailPrefix: new FormData(event.target).get("prefix").trim() }))}>
      <${Field} label="Address begins with" name="prefix" type="search" value=${filters.emailPrefix} />
      <button>Search</button>
    </form>
    <${Pages} pages=${pages} label="Users" columns=${columns}
      empty=${html`<${Empty} title="Nobody found">Search for another address, or <a href=${to("users")}>see all users</a>.<//>`} />
    ${asked && filters.ask === "roles" &&
    html`<${Dialog} title="Roles of ${asked.email}" submit="Set" onClose=${close}
      onSubmit=${(form) => does(asked, "setRoles", { roles: form.getAll("role") })}>
      ${ROLES.map(
        (role) => html`<label class="check"><input type="checkbox" name="role" value=${role} defaultChecked=${asked.roles.includes(role)} /> ${words(role)}</label>`,
      )}
    <//>`}
    ${asked && filters.ask === "metadata" && html`<${OfUser} key=${asked.etag} session=${session} user=${asked} onClose=${close} onDone=${put} reload=${pages.reload} />`}
    ${asked && filters.ask === "sessions" && html`<${Sessions} session=${session} user=${asked} onClose=${close} />`}
    <${Teams} session=${session} />`;
}

/** What programs keep with the user, who reads it. */
function OfUser({ session, user, onClose, onDone, reload }) {
  const [pairs, change] = useState(() => pairsOf(user.metadata));
  const submitted = async () => {
    const body = { metadata: metadataOf(pairs), etag: user.etag };
    const changed = await session.call("PATCH", `/api/v1/users/${user.id}`, { query: { updateMask: "metadata" }, body });
    // At once with what is shown: another version of the user begins another form.
    onClose();
    onDone(changed);
  };
  return html`<${Dialog} title="Metadata of ${user.email}" submit="Save" reload=${reload} onSubmit=${submitted} onClose=${onClose}>
    <p class="soft">What programs keep with the user, who can read it, such as a price list.</p>
    <${Metadata} pairs=${pairs} change=${change} add="Add metadata" />
  <//>`;
}

function Sessions({ session, user, onClose }) {
  const { data, error, reload } = useLoad((signal) => session.get("/api/v1/sessions", { userId: user.id, pageSize: 50 }, signal), [user.id]);
  const columns = [
    ["From", (one) => one.address],
    ["Client", (one) => one.userAgent],
    ["Last used", (one) => html`<${Time} of=${one.lastUseTime} />`],
    ["Do", (one) => (one.current ? "This one" : html`<${Action} label="End" danger does=${() => session.call("DELETE", `/api/v1/sessions/${one.id}`).then(reload)} />`)],
  ];
  return html`<${Dialog} title="Sessions of ${user.email}" submit="Done" onSubmit=${() => {}} onClose=${onClose}>
    <${Problem} error=${error} />
    ${data?.sessions.length === 0 && html`<${Empty} title="Not signed in">Sessions appear here when the user signs in.<//>`}
    ${data?.sessions.length > 0 && html`<${Table} label="Sessions" columns=${columns} rows=${data.sessions} />`}
  <//>`;
}
