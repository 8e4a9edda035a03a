import { html } from 'hono/html'
import type { LaneState, LaneStatus } from '../../delivery/lane-status.ts'
import type { Html } from '../html.ts'
import type { Tone } from './badge.ts'
import { badge } from './badge.ts'
import { ago, lasting } from './time.ts'

const words: Readonly<Record<LaneState, { readonly tone: Tone; readonly text: string }>> = {
  running: { tone: 'good', text: 'Running' },
  backing_off: { tone: 'waiting', text: 'Backing off' },
  blocked: { tone: 'bad', text: 'Blocked' },
  paused: { tone: 'waiting', text: 'Paused' },
}

/** A lane's state in a word. A destination that is not configured, and for which nothing waits, has no lane. */
export function laneBadge(lane: LaneStatus | undefined): Html {
  if (lane === undefined) return badge('neutral', 'Not configured')
  const { tone, text } = words[lane.state]
  return badge(tone, text)
}

/** Why a lane does not run, since when, and when it tries again. */
export function laneReason(lane: LaneStatus | undefined, now: number): Html {
  if (lane === undefined) return html`<p class="muted">It is in no configuration any more; nothing waits for it.</p>`
  const { state, reason, since, until, rateFactor } = lane
  const slow = rateFactor < 1 ? ` At ${Math.round(rateFactor * 100)} % of its rate, as the destination asked for less.` : ''
  if (state === 'running') return html`<p class="muted">${words[state].text} for ${lasting(since, now)}.${slow}</p>`
  const next = until === null ? '' : html` Tries again ${ago(until, now)}.`
  return html`<p class="notice ${words[state].tone}">${reason ?? words[state].text} <span class="muted">${words[state].text} for ${lasting(since, now)}.${next}</span></p>`
}
