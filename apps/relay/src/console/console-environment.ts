import type { HttpEnvironment } from '../http/webhooks-route.ts'
import type { ConsoleSession } from './session/console-session.ts'

/** What is known of each request to the console. */
export interface ConsoleEnvironment extends HttpEnvironment {
  Variables: { session: ConsoleSession }
}
