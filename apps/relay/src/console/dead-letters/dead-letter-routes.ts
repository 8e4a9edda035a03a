import { subtotalEventTypes } from '@subtotal-connectors/core'
import type { Hono } from 'hono'
import { HttpError } from '../../http/http-error.ts'
import { knownDestinations } from '../../http/known-destinations.ts'
import { readQuery } from '../../http/read-query.ts'
import { deliveryShape, toDeliveryFilter } from '../../http/search-filters.ts'
import { toIdNumber } from '../../http/to-id-number.ts'
import { findPage } from '../../operations/find-page.ts'
import { planReplay } from '../../operations/plan-replay.ts'
import type { ReplayRequest } from '../../operations/replay-request.ts'
import { ReplayRequestError, readReplayRequest } from '../../operations/replay-request.ts'
import { startReplay } from '../../operations/start-replay.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { readOperatorForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import type { DeadLetterGroup } from './dead-letters-page.ts'
import { deadLettersPage } from './dead-letters-page.ts'
import { limitField, planPage } from './plan-page.ts'
import { replayField } from './replay-button.ts'
import { replayPage, replaysPage } from './replay-pages.ts'
import { selectionLine, selectionWords } from './selection-words.ts'

const action = '/console/dead-letters'
const doneWords: Readonly<Record<string, string>> = {
  started: 'The replay has begun.',
  running: 'The same replay was running already; nothing was begun twice.',
}

/** Adds the dead letters, and replays. */
export function addDeadLetterRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, connectors } = options
  const configured = Object.keys(connectors)

  async function groups(): Promise<readonly DeadLetterGroup[]> {
    const counted = await store.deadLetterCounts()
    return Promise.all(
      counted.map(async ({ destination, code, count }) => {
        const filter = { status: 'dead', destination, ...(code === '' ? {} : { code }) } as const
        const { items } = await store.listDeliveries(filter, { limit: 1 })
        return { destination, code, count, newest: items[0] }
      }),
    )
  }

  routes.get('/dead-letters', async (context) => {
    const destinations = await knownDestinations(options)
    const { status: _status, ...shape } = deliveryShape(destinations)
    // A search form sends its empty fields too.
    const { filter, page } = readQuery(withoutEmpty(context.req.url), shape)
    const found = await findPage((part) => store.listDeliveries({ ...toDeliveryFilter(filter), status: 'dead' }, part), page)
    return respond(
      context,
      deadLettersPage({
        form: { session: context.get('session'), action, given: filter, destinations, retailers: [] },
        types: subtotalEventTypes,
        configured,
        groups: await groups(),
        ...found,
        isLaterPage: page.cursor !== undefined,
      }),
    )
  })

  routes.post('/dead-letters/plan', async (context) => {
    const form = await readOperatorForm(context)
    const request = form.get(replayField) ?? ''
    const { selection } = readRequest(request, configured)
    const plan = await planReplay(store, connectors, selection)
    return respond(context, planPage({ session: context.get('session'), plan, request, words: selectionWords(selection) }))
  })

  routes.post('/dead-letters/replays', async (context) => {
    const form = await readOperatorForm(context)
    const session = context.get('session')
    const request = form.get(replayField) ?? ''
    const { selection } = readRequest(request, configured)
    const limit = Number(form.get(limitField))
    if (!Number.isSafeInteger(limit) || limit < 1)
      throw new HttpError('ERR_BAD_REQUEST', 'Begin at the page that counts the deliveries.')
    try {
      const { replay, isNew } = await startReplay(options, { selection, limit }, session.role)
      return context.redirect(`${action}/replays/${replay.id}?done=${isNew ? 'started' : 'running'}`, 303)
    } catch (error) {
      if (!(error instanceof ReplayRequestError)) throw error
      const plan = await planReplay(store, connectors, selection)
      const problem = 'More deliveries match by now than were shown, so nothing was done. These are the present counts.'
      return respond(context, planPage({ session, plan, request, words: selectionWords(selection), problem }), 409)
    }
  })

  routes.get('/dead-letters/replays', async (context) => {
    const { page } = readQuery(context.req.url, {})
    const { items, nextCursor } = await store.listReplays(page)
    const words = (replay: (typeof items)[number]) => selectionLine(replay.selection)
    return respond(context, replaysPage(items, nextCursor, page.cursor !== undefined, words))
  })

  routes.get('/dead-letters/replays/:id', async (context) => {
    const { filter } = readQuery(context.req.url, { done: Object.keys(doneWords) })
    const replay = await store.findReplay(toIdNumber(context.req.param('id')))
    if (replay === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no replay with this id.')
    return respond(context, replayPage(replay, selectionLine(replay.selection), doneWords[filter['done'] ?? '']))
  })
}

function readRequest(text: string, destinations: readonly string[]): Pick<ReplayRequest, 'selection'> {
  try {
    return readReplayRequest(JSON.parse(text), destinations)
  } catch (error) {
    if (error instanceof ReplayRequestError) throw new HttpError('ERR_BAD_REQUEST', error.message)
    throw new HttpError(
      'ERR_BAD_REQUEST',
      'The form does not say what to replay. Begin at the dead letters, or on the page of an event.',
    )
  }
}

function withoutEmpty(url: string): string {
  const parsed = new URL(url)
  for (const [name, value] of [...parsed.searchParams]) if (value === '') parsed.searchParams.delete(name)
  return parsed.href
}
