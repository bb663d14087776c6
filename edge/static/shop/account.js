/** Signing in, or up. */

import { html, useState } from "../shared/framework.js";
import { Fault, Field } from "../shared/parts.js";

export function Account({ session, pieces }) {
  const [isNew, setNew] = useState(false);
  const [state, setState] = useState({});
  const submitted = async (event) => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.target));
    setState({ busy: true });
    try {
      if (isNew) await session.post("/api/v1/users", form);
      await session.signIn(form.email, form.password);
    } catch (error) {
      setState({ error });
    }
  };
  return html`<h2>${isNew ? "Sign up" : "Sign in"} to order</h2>
    <p class="soft">${pieces ? `${pieces} in your basket.` : "Your basket is empty."}</p>
    <form onSubmit=${submitted}>
      ${isNew && html`<${Field} label="Your name" name="displayName" autocomplete="name" required maxlength="100" />`}
      <${Field} label="Email address" name="email" type="email" autocomplete="username" required />
      <${Field} label="Password" name="password" type="password" autocomplete=${isNew ? "new-password" : "current-password"}
        required hint=${isNew ? "At least 12 characters" : ""} />
      <${Fault} error=${state.error} />
      <button class="primary" disabled=${state.busy}>${isNew ? "Sign up" : "Sign in"}</button>
    </form>
    <button type="button" onClick=${() => setNew(!isNew)}>${isNew ? "I have an account" : "I am new here"}</button>`;
}
