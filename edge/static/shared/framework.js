/** Where pages take their framework from: Preact with htm, without a build step. */

import htm from "../vendor/htm-3.1.1/htm.js";
import { Component, Fragment, h, render } from "../vendor/preact-11.2.0/preact.js";

export * from "../vendor/preact-11.2.0/hooks.js";
export { Component, Fragment, render };
export const html = htm.bind(h);
