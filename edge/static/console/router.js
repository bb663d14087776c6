/** Screens by the hash of the address, so that each has a link: #/orders/1f?tab=events. */

import { useEffect, useState } from "../shared/framework.js";

export function parsed(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The link to a screen: to("orders", id) or to("jobs", {service: "order"}). What is empty is left out. */
export function to(...parts) {
  const query = typeof parts.at(-1) === "object" ? Object.entries(parts.pop()).filter(([, value]) => value) : [];
  const path = parts.map(encodeURIComponent).join("/");
  return `#/${path}${query.length ? `?${new URLSearchParams(query)}` : ""}`;
}

export function useRoute() {
  const [route, setRoute] = useState(() => parsed(location.hash));
  useEffect(() => {
    const changed = () => setRoute(parsed(location.hash));
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** The filters of a screen, which are kept in its address: [values, set]. */
export function useFilters(route, names) {
  const values = Object.fromEntries(names.map((name) => [name, route.query.get(name) ?? ""]));
  const set = (changes) => {
    // What closes while another screen is opened leaves that one alone.
    const isShown = parsed(location.hash).path.join("/") === route.path.join("/");
    if (isShown) location.replace(to(...route.path, { ...values, ...changes }));
  };
  return [values, set];
}
