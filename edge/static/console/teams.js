/** Teams, whose members share orders. */

import { html, useState } from "../shared/framework.js";
import { requestId } from "../shared/api.js";
import { to } from "./router.js";
import { Action, Dialog, Empty, Field, Pages, usePages } from "./ui.js";

const PATH = "/api/v1/admin/teams";

export function Teams({ session }) {
  const [asked, ask] = useState(null);
  const pages = usePages(async (pageToken, signal) => {
    const page = await session.get(PATH, { pageSize: 20, pageToken }, signal);
    return [page.teams, page.nextPageToken];
  }, []);
  const put = (team) => pages.set({ ...pages.data, rows: pages.rows.map((one) => (one.id === team.id ? team : one)) });
  const does = async (team, verb, userId) => put(await session.post(`${PATH}/${team.id}:${verb}`, { userId }));
  const columns = [
    ["Team", (team) => html`<strong>${team.name}</strong>`],
    [
      "Members",
      (team) => html`<ul class="plain">${team.memberIds.map(
        (id) => html`<li><a href=${to("users", { id })}><code>${id}</code></a>
          <${Action} label="Remove" does=${() => does(team, "removeMember", id)} /></li>`,
      )}</ul>`,
    ],
    ["Do", (team) => html`<button type="button" onClick=${() => ask({ team })}>Add a member…</button>`],
  ];
  const created = async (form) => {
    await session.call("POST", PATH, { query: { requestId: asked.requestId }, body: { name: form.get("name") } });
    pages.reload();
  };
  return html`<section aria-labelledby="teams">
    <header class="heading"><h2 id="teams">Teams</h2>
      <button type="button" onClick=${() => ask({ requestId: requestId() })}>Add a team…</button></header>
    <${Pages} pages=${pages} label="Teams" columns=${columns}
      empty=${html`<${Empty} title="No teams yet">Members of a team see and change the orders that are placed for it. Add a team, then its members.<//>`} />
    ${asked?.requestId &&
    html`<${Dialog} title="Add a team" submit="Add" onSubmit=${created} onClose=${() => ask(null)}>
      <${Field} label="Name" name="name" required maxlength="100" /><//>`}
    ${asked?.team &&
    html`<${Dialog} title="Add a member to ${asked.team.name}" submit="Add" onClose=${() => ask(null)}
      onSubmit=${(form) => does(asked.team, "addMember", form.get("user").trim())}>
      <${Field} label="Id of the user" name="user" required hint="As Users shows it" /><//>`}
  </section>`;
}
