import { html } from 'hono/html'
import type { ReplayRecord } from '../../store/operations-store.ts'
import { badge } from '../components/badge.ts'
import { card } from '../components/card.ts'
import { count } from '../components/count.ts'
import { facts } from '../components/facts.ts'
import { notice } from '../components/notice.ts'
import { pager } from '../components/pager.ts'
import { table } from '../components/table.ts'
import { time } from '../components/time.ts'
import type { Html } from '../html.ts'
import type { Page } from '../layout.ts'
import { listAddress } from '../list-address.ts'

const action = '/console/dead-letters/replays'

/** Replays: who asked, and how far each is. */
export function replaysPage(
  items: readonly ReplayRecord[],
  nextCursor: number | null,
  isLaterPage: boolean,
  wordsOf: (replay: ReplayRecord) => string,
): Page {
  return {
    title: 'Replays',
    aside: html`<a href="/console/dead-letters">Dead letters</a>`,
    isLive: true,
    content: html`<div id="replays" data-live>${table({
      caption: 'Replays, the newest first',
      columns: [
        { label: 'Replay' },
        { label: 'Asked' },
        { label: 'By' },
        { label: 'Of' },
        { label: 'State' },
        { label: 'Made due', isNumber: true },
      ],
      rows: items.map((replay) => [
        html`<a href="${action}/${replay.id}">${replay.id}</a>`,
        time(replay.createdAt),
        replay.actor,
        wordsOf(replay),
        state(replay),
        `${count(moved(replay))} of ${count(planned(replay))}`,
      ]),
      empty: 'Nothing was replayed yet. A replay begins at the dead letters, or on the page of an event.',
    })}</div>
${pager({ newestHref: isLaterPage ? action : null, olderHref: nextCursor === null ? null : listAddress(action, { cursor: String(nextCursor) }) })}`,
  }
}

/** One replay, and how far it is. */
export function replayPage(replay: ReplayRecord, words: string, done: string | undefined): Page {
  return {
    title: `Replay ${replay.id}`,
    aside: html`<a href="${action}">All replays</a>`,
    isLive: replay.finishedAt === null,
    content: html`${done === undefined ? '' : notice('good', done)}
${card({
  title: 'Progress',
  id: 'progress',
  isLive: true,
  content: html`<div class="wide">${facts([
    ['State', state(replay)],
    ['Of', words],
    ['Asked', time(replay.createdAt)],
    ['By', replay.actor],
    ['Finished', time(replay.finishedAt)],
  ])}</div>
${replay.destinations.map((part) => progress(part.destination, part.moved, part.planned))}
<p class="hint">Finished means that everything is due, not that it is delivered. A replay leaves most of each destination’s rate to new events.</p>`,
})}`,
  }
}

function progress(destination: string, done: number, all: number): Html {
  const id = `progress-${destination}`
  return html`<p><label for="${id}">${destination}: ${count(done)} of ${count(all)} made due</label> <progress id="${id}" value="${done}" max="${Math.max(all, 1)}"></progress></p>`
}

function state({ finishedAt }: ReplayRecord): Html {
  return finishedAt === null ? badge('waiting', 'running') : badge('good', 'finished')
}

function planned({ destinations }: ReplayRecord): number {
  return destinations.reduce((sum, part) => sum + part.planned, 0)
}

function moved({ destinations }: ReplayRecord): number {
  return destinations.reduce((sum, part) => sum + part.moved, 0)
}
