/** Calls the shop's API for whoever has signed in. Tokens are in memory only, and end with the page, unless it asks for more. */

import { keep, kept } from "./tab.js";

// Access tokens are renewed this long before they expire.
const RENEWED_BEFORE_MS = 60_000;
const TOKEN_REASONS = new Set(["TOKEN_EXPIRED", "TOKEN_REVOKED", "UNAUTHENTICATED"]);

/** What the shop says went wrong: a message for people, a reason for programs, and how long to wait if it says so. */
export class ApiError extends Error {
  constructor(status, body, retryAfterS) {
    super(body.message || `The shop answered with ${status}.`);
    this.status = status;
    const details = body.details ?? [];
    const info = details.find((detail) => detail.reason) ?? {};
    this.reason = info.reason ?? "";
    this.correlationId = info.metadata?.correlationId ?? "";
    this.retryAfterMs = 1000 * (Number(retryAfterS) || 0);
    this.violations = details.find((detail) => detail.fieldViolations)?.fieldViolations ?? [];
  }
}

/** What identifies a change, so that its repeats take effect once. Made before the first attempt. */
export function requestId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A path with its query; what is empty is left out. */
export function withQuery(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "" && value !== false);
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Somebody who has signed in, or nobody. `onChange` is called when that changes. */
export class Session {
  #tokens = null;
  #renewAt = 0;
  #renewal = null;
  /** Whether the shop has ended the session, rather than whoever had signed in. */
  hasEnded = false;

  constructor(onChange = () => {}) {
    this.onChange = onChange;
  }

  get user() {
    return this.#tokens?.user ?? null;
  }

  /** A token for a caller that makes its requests itself; undefined for nobody. */
  async accessToken() {
    if (this.#tokens && Date.now() > this.#renewAt) await this.#renew();
    return this.#tokens?.accessToken;
  }

  async signIn(email, password) {
    this.#keep(await json(await send("POST", "/api/v1/users/login", { body: { email, password } })));
  }

  /**
   * From here on, a reload does not sign out. The tab keeps tokens under `key` only from when a page is left until the next one is
   * there, so that a copy of the tab has none: a refresh token works once.
   */
  outlastReloads(key) {
    const found = kept(key);
    keep(key, null);
    if (found) [this.#tokens, this.#renewAt] = [found.tokens, found.renewAt];
    addEventListener("pagehide", () => keep(key, this.#tokens && { tokens: this.#tokens, renewAt: this.#renewAt }));
    // Sent, too, where a browser shows a page again as it was left.
    addEventListener("pageshow", () => keep(key, null));
  }

  async signOut() {
    try {
      await this.call("POST", "/api/v1/users/logout", { body: {} });
    } catch {
      // The session ends by itself when it is not used.
    }
    this.#forget();
  }

  /** The content of a reply, or an ApiError. */
  async call(method, path, options) {
    return json(await this.request(method, path, options));
  }

  get(path, query, signal) {
    return this.call("GET", path, { query, signal });
  }

  post(path, body = {}) {
    return this.call("POST", path, { body });
  }

  /** The reply itself, for streams; an ApiError if it is none of success. An expired token is renewed once. */
  async request(method, path, options = {}) {
    const token = await this.accessToken();
    const used = this.#tokens;
    const response = await send(method, path, options, token);
    if (response.ok) return response;
    const error = await toError(response);
    if (!used || response.status !== 401 || !TOKEN_REASONS.has(error.reason)) throw error;
    if (this.#tokens === used) await this.#renew();
    const repeated = await send(method, path, options, this.#tokens?.accessToken);
    if (!repeated.ok) throw await toError(repeated);
    return repeated;
  }

  /** A refresh token works once, so that concurrent callers share one renewal. */
  #renew() {
    this.#renewal ??= this.#exchange().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #exchange() {
    const body = { refreshToken: this.#tokens?.refreshToken ?? "" };
    const response = await send("POST", "/api/v1/users/refresh", { body });
    if (response.status === 401) this.#forget(true);
    if (!response.ok) throw await toError(response);
    this.#keep(await response.json());
  }

  #keep(tokens) {
    const isNew = this.#tokens === null;
    this.hasEnded = false;
    this.#tokens = tokens;
    this.#renewAt = Date.now() + Math.max(tokens.expiresIn * 500, tokens.expiresIn * 1000 - RENEWED_BEFORE_MS);
    if (isNew) this.onChange();
  }

  #forget(hasEnded = false) {
    this.#tokens = null;
    this.hasEnded = hasEnded;
    this.onChange();
  }
}

// An id that came with a link may not lead to another path: browsers and proxies take `..` and %2F for steps.
const ASTRAY = /(^|\/)\.{1,2}([/:]|$)|%2f|%5c/i;

async function send(method, path, { query, body, headers, signal } = {}, token) {
  if (ASTRAY.test(path)) throw new ApiError(404, { message: "There is no such thing: the link is wrong." });
  const own = { ...headers };
  if (token) own.authorization = `Bearer ${token}`;
  if (body !== undefined) own["content-type"] = "application/json";
  return fetch(withQuery(path, query), { method, headers: own, body: body && JSON.stringify(body), signal });
}

async function json(response) {
  if (!response.ok) throw await toError(response);
  return response.json();
}

async function toError(response) {
  const body = await response.json().catch(() => ({}));
  return new ApiError(response.status, body, response.headers.get("retry-after"));
}
