import type { CheckResult, Connector } from '@subtotal-connectors/core'
import { html } from 'hono/html'
import type { LaneSettings } from '../../delivery/lane-settings.ts'
import type { LaneStatus } from '../../delivery/lane-status.ts'
import { notice } from '../components/notice.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import type { DestinationDescription } from './describe-destination.ts'
import { destinationSection } from './destination-section.ts'

/** All that is known of how one destination is set up. */
export interface ConfiguredDestination {
  readonly lane: LaneStatus
  /** Absent: it is not configured, and deliveries wait for it. */
  readonly setUp?: {
    readonly connector: Pick<Connector, 'name' | 'limits'>
    readonly settings: LaneSettings
    readonly description: DestinationDescription
  }
}

/** What the page shows. */
export interface DestinationsData {
  readonly session: ConsoleSession
  readonly now: number
  readonly destinations: readonly ConfiguredDestination[]
  /** What a check found just now. */
  readonly checked?: { readonly destination: string; readonly result: CheckResult }
  /** What an operator did just now. */
  readonly done?: Done
  /** Why it could not be done. */
  readonly problem?: string
}

const doneWords = {
  paused: 'The destination is paused: nothing is sent to it, and what comes in waits.',
  resumed: 'The destination is resumed.',
} as const

/** What can have been done. */
export type Done = keyof typeof doneWords

/** What the page was told of in its address; `undefined`: nothing that it knows. */
export function toDone(word: string | undefined): Done | undefined {
  return word === 'paused' || word === 'resumed' ? word : undefined
}

/** How each destination is set up, and what can be done with it. */
export function destinationsPage(data: DestinationsData): Page {
  const { destinations, done, problem } = data
  return {
    title: 'Destinations',
    isLive: true,
    content: html`${done === undefined ? '' : notice('good', doneWords[done])}${problem === undefined ? '' : notice('bad', problem)}
${destinations.map((destination): Html => destinationSection(destination, data))}
<p class="hint">Destinations, keys and lanes are set in the environment or in <code>relay.config.ts</code>; the relay reads them when it starts. Secrets are shown nowhere.</p>`,
  }
}
