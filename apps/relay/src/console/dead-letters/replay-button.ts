import { html } from 'hono/html'
import { postForm } from '../components/post-form.ts'
import type { Html } from '../html.ts'
import type { ConsoleSession } from '../session/console-session.ts'

/** The field that holds what to replay, as `POST /api/v1/replays` takes it. */
export const replayField = 'replay'

/** The button with which an operator asks what a replay would do; nothing is done before that was looked at. */
export function replayButton(session: ConsoleSession, request: object, label: string): Html | string {
  if (session.role !== 'operator') return ''
  return postForm(
    session,
    '/console/dead-letters/plan',
    html`<input type="hidden" name="${replayField}" value="${JSON.stringify(request)}"><button>${label}…</button>`,
  )
}
