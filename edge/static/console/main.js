/** The console of the shop's administrators: who is signed in, and which screen is shown. */

import { html, render, useEffect, useMemo, useReducer, useState } from "../shared/framework.js";
import { Session } from "../shared/api.js";
import { AuditScreen } from "./audit.js";
import { ErrorsScreen } from "./errors.js";
import { HealthScreen } from "./health.js";
import { IncentivesScreen } from "./incentives.js";
import { JobsScreen } from "./jobs.js";
import { LiveOrders } from "./live.js";
import { LiveScreen } from "./live_screen.js";
import { LoginScreen } from "./login.js";
import { MetricsScreen } from "./metrics_screen.js";
import { OrderScreen } from "./order.js";
import { OrdersScreen } from "./orders.js";
import { PaymentsScreen } from "./payments.js";
import { ProductsScreen } from "./products.js";
import { ReportsScreen } from "./reports.js";
import { to, useRoute } from "./router.js";
import { StockScreen } from "./stock.js";
import { Connection, ThemeChoice } from "./top.js";
import { Empty, Heading } from "./ui.js";
import { UsersScreen } from "./users.js";
import { WebhooksScreen } from "./webhooks.js";

const SCREENS = [
  ["live", "Live", LiveScreen],
  ["orders", "Orders", OrdersScreen],
  ["jobs", "Jobs", JobsScreen],
  ["stock", "Stock", StockScreen],
  ["products", "Products", ProductsScreen],
  ["incentives", "Incentives", IncentivesScreen],
  ["users", "Users", UsersScreen],
  ["webhooks", "Webhooks", WebhooksScreen],
  ["payments", "Payments", PaymentsScreen],
  ["reports", "Reports", ReportsScreen],
  ["health", "Health", HealthScreen],
  ["metrics", "Metrics", MetricsScreen],
  ["audit", "Audit", AuditScreen],
  ["errors", "Errors", ErrorsScreen],
];

function App() {
  const [, changed] = useReducer((n) => n + 1, 0);
  const session = useMemo(() => new Session(changed), []);
  if (!session.user) return html`<${LoginScreen} session=${session} />`;
  if (!session.user.roles.includes("ROLE_ADMIN")) return html`<${NotAllowed} session=${session} />`;
  return html`<${Console} key=${session.user.id} session=${session} />`;
}

function NotAllowed({ session }) {
  return html`<main class="login" id="content">
    <${Heading} title="Not for this account" />
    <p>${session.user.email} has no role ADMIN. Another administrator can give it: Users, Roles.</p>
    <button type="button" onClick=${() => session.signOut()}>Sign in as somebody else</button>
  </main>`;
}

function Console({ session }) {
  const route = useRoute();
  const live = useMemo(() => new LiveOrders(session), []);
  const [isOpen, open] = useState(false);
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, []);
  useEffect(() => {
    const leave = ({ key }) => key === "Escape" && open(false);
    document.addEventListener("keydown", leave);
    return () => document.removeEventListener("keydown", leave);
  }, []);
  const [name = "live", ...rest] = route.path;
  const Screen = SCREENS.find(([one]) => one === name)?.[2];
  const shown = name === "orders" && rest.length ? OrderScreen : Screen;
  return html`
    <a class="skip" href="#content" onClick=${skip}>Skip to the content</a>
    <header class="top">
      <a class="brand" href=${to("live")}>EasyOrder</a>
      <${Connection} live=${live} />
      <span class="grow"></span>
      <${ThemeChoice} />
      <button type="button" onClick=${() => session.signOut()} title=${session.user.email}>Sign out</button>
      <button type="button" class="menu" aria-expanded=${isOpen} aria-controls="screens" onClick=${() => open(!isOpen)}>Menu</button>
    </header>
    <nav id="screens" class=${isOpen ? "open" : ""} aria-label="Screens" onClick=${() => open(false)}>
      ${SCREENS.map(
        ([one, title]) => html`<a href=${to(one)} aria-current=${one === name ? "page" : undefined}>${title}</a>`,
      )}
    </nav>
    <main id="content" tabindex="-1">
      ${shown
        ? html`<${shown} key=${route.path.join("/")} session=${session} live=${live} route=${route} id=${rest[0]} />`
        : html`<${Heading} title="No such screen" /><${Empty} title="The link is wrong, or of another version.">
            <a href=${to("live")}>See what happens now</a><//>`}
    </main>`;
}

/** The hash says which screen is shown, so that the link must not change it. */
function skip(event) {
  event.preventDefault();
  document.getElementById("content").focus();
}

render(html`<${App} />`, document.getElementById("app"));
