import type { Context } from 'hono'
import { html } from 'hono/html'
import type { AdminOptions } from '../http/admin-routes.ts'
import { postForm } from './components/post-form.ts'
import type { ConsoleEnvironment } from './console-environment.ts'
import type { Html } from './html.ts'
import { readOperatorForm } from './read-form.ts'
import type { ConsoleSession } from './session/console-session.ts'

/** The button with which an operator asks to see people's data. A viewer is shown none. The answer to it is the page, unmasked. */
export function revealForm(session: ConsoleSession, action: string): Html | string {
  if (session.role !== 'operator') return ''
  return postForm(session, action, html`<button title="It is put on record that you asked.">Reveal people’s data</button>`)
}

/** Reads the form of {@link revealForm}, and puts the asking on record before anything is shown. `subject` names no person. */
export async function permitReveal(
  context: Context<ConsoleEnvironment>,
  { store, clock }: Pick<AdminOptions, 'store' | 'clock'>,
  subject: string,
): Promise<URLSearchParams> {
  const form = await readOperatorForm(context)
  await store.audit({ at: clock.now(), actor: context.get('session').role, action: 'reveal', subject })
  return form
}
