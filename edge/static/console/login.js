/** Signing in. */

import { html, useState } from "../shared/framework.js";
import { Field, Heading, Problem } from "./ui.js";

export function LoginScreen({ session }) {
  const [state, setState] = useState({});
  const submitted = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    setState({ busy: true });
    try {
      await session.signIn(form.get("email"), form.get("password"));
    } catch (error) {
      setState({ error });
    }
  };
  return html`<main class="login" id="content">
    <${Heading} title="EasyOrder console" />
    ${session.hasEnded && html`<p class="problem" role="alert">Your session has ended: it was revoked, or not used for too long. Sign in to go on where you were.</p>`}
    <form onSubmit=${submitted}>
      <${Field} label="Email address" name="email" type="email" autocomplete="username" required />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" required />
      <${Problem} error=${state.error} />
      <button class="primary" disabled=${state.busy}>Sign in</button>
    </form>
    <p class="soft">For administrators. You are signed in until you close or reload this page.</p>
  </main>`;
}
