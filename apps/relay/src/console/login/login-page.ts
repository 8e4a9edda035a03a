import { html } from 'hono/html'
import { notice } from '../components/notice.ts'
import type { Page } from '../layout.ts'
import { nextPath } from './login-path.ts'

/** The login. `problem`: why the last try was refused. */
export function loginPage(next: string | null | undefined, problem?: string): Page {
  return {
    title: 'Log in',
    content: html`<form method="post" action="/console/login" class="login">
${problem === undefined ? '' : notice('bad', problem)}
<input type="hidden" name="next" value="${nextPath(next)}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus aria-describedby="token-hint">
<p class="hint" id="token-hint">The <code>RELAY_ADMIN_TOKEN</code> to see and change, the <code>RELAY_VIEWER_TOKEN</code> to see. The session lasts 12 hours.</p>
<button class="primary">Log in</button>
</form>`,
  }
}
