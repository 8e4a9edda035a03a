import { html } from 'hono/html'
import type { ReplayPlan } from '../../operations/plan-replay.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { notice } from '../components/notice.ts'
import { postForm } from '../components/post-form.ts'
import { table } from '../components/table.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import type { ConsoleSession } from '../session/console-session.ts'
import { replayField } from './replay-button.ts'

/** The field with how many deliveries were shown: a replay of more is refused. */
export const limitField = 'limit'

/** What the page before a replay is made of. */
export interface PlanView {
  readonly session: ConsoleSession
  readonly plan: ReplayPlan
  /** What to replay, as it was asked for. */
  readonly request: string
  /** In words: what is replayed. */
  readonly words: readonly (readonly [name: string, value: string])[]
  /** Why a replay that was asked for was not begun. */
  readonly problem?: string
}

/** What a replay would do, before anything is done. */
export function planPage({ session, plan, request, words, problem }: PlanView): Page {
  const { replayed, matching, destinations } = plan
  const willIgnore = sum(destinations.map((one) => one.willIgnore))
  const mayRepeat = sum(destinations.map((one) => one.mayRepeat))
  return {
    title: 'Replay',
    content: html`${problem === undefined ? '' : notice('bad', problem)}
${card({
  title: 'What would be replayed',
  content: html`<p>${words.length === 0 ? 'Everything' : words.map(([name, value], index) => html`${index === 0 ? '' : ', '}${name} <strong>${value}</strong>`)}</p>
<p><strong>${count(replayed)}</strong> of ${count(matching)} deliveries that match would become due. Nothing was done yet.</p>
${willIgnore === 0 ? '' : notice('neutral', `${count(willIgnore)} were delivered before; the destination documents that it ignores them.`)}
${mayRepeat === 0 ? '' : notice('waiting', `${count(mayRepeat)} were or may have been delivered before, and nothing says that the destination ignores a repeat.`)}
${confirm(session, replayed, request)}`,
})}
${table({
  caption: 'By destination',
  columns: [
    { label: 'Destination' },
    ...['No delivery yet', 'Pending', 'Delivered', 'Skipped', 'Dead', 'Would be replayed'].map((label) => ({
      label,
      isNumber: true,
    })),
  ],
  rows: destinations.map((one) => [
    one.isConfigured ? one.destination : `${one.destination} (not configured: left alone)`,
    count(one.missing),
    count(one.pending),
    count(one.delivered),
    count(one.skipped),
    count(one.dead),
    count(one.replayed),
  ]),
  empty: 'Nothing matches.',
})}`,
  }
}

function confirm(session: ConsoleSession, replayed: number, request: string): Html {
  const back = html`<a href="/console/dead-letters">Back</a>`
  if (replayed === 0) return html`<p>There is nothing to do. ${back}</p>`
  return postForm(
    session,
    '/console/dead-letters/replays',
    html`<input type="hidden" name="${replayField}" value="${request}"><input type="hidden" name="${limitField}" value="${replayed}">
<button class="primary">Replay ${count(replayed)} ${replayed === 1 ? 'delivery' : 'deliveries'}</button> ${back}`,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
