import type { Hono } from 'hono'
import { findPersonId } from '../../http/find-person.ts'
import { HttpError } from '../../http/http-error.ts'
import { knownDestinations } from '../../http/known-destinations.ts'
import { readQuery } from '../../http/read-query.ts'
import { eventShape, toEventSearch } from '../../http/search-filters.ts'
import { findPage } from '../../operations/find-page.ts'
import { retailerName } from '../../retailers/retailer-directory.ts'
import type { ConsoleEnvironment } from '../console-environment.ts'
import type { ConsoleOptions } from '../console-routes.ts'
import { listAddress } from '../list-address.ts'
import { readForm } from '../read-form.ts'
import { respond } from '../respond.ts'
import { permitReveal } from '../reveal.ts'
import { eventPage } from './event-page.ts'
import { eventsPage } from './events-page.ts'
import { planEvent } from './plan-event.ts'
import { readSearch } from './read-search.ts'

const action = '/console/events'

/** Adds the search for events, and the page of one. */
export function addEventRoutes(routes: Hono<ConsoleEnvironment>, options: ConsoleOptions): void {
  const { store, clock, retailers, connectors } = options

  routes.get('/events', async (context) => {
    const destinations = await knownDestinations(options)
    const { filter: given, page } = readQuery(context.req.url, { ...eventShape(destinations), unknown: ['person'] })
    const { unknown, ...filter } = given
    const found = await findPage((part) => store.listEvents(toEventSearch(filter), part), page)
    const names = await retailers.list()
    return respond(
      context,
      eventsPage({
        form: { session: context.get('session'), action, given: filter, destinations, retailers: names },
        ...found,
        isLaterPage: page.cursor !== undefined,
        isStoreEmpty: found.items.length === 0 && (await store.stats()).events === 0,
        isPersonUnknown: unknown !== undefined,
        retailerName: (id) => retailerName(names, id) ?? id,
      }),
    )
  })

  routes.post('/events', async (context) => {
    const form = await readForm(context)
    const { filter, identity } = readSearch(form, Object.keys(eventShape([])))
    if (identity === undefined) return context.redirect(listAddress(action, filter), 303)
    const { role } = context.get('session')
    if (role !== 'operator') {
      throw new HttpError(
        'ERR_FORBIDDEN',
        'Only an operator may look for a person by email or phone. Log in with the RELAY_ADMIN_TOKEN.',
      )
    }
    const { id, isKnown } = await findPersonId(options, identity, role)
    return context.redirect(listAddress(action, { ...filter, person: id, ...(isKnown ? {} : { unknown: 'person' }) }), 303)
  })

  async function show(id: string, isRevealed: boolean) {
    const detail = await store.findEvent(id)
    if (detail === undefined) throw new HttpError('ERR_NOT_FOUND', 'There is no event with this id.')
    const names = await retailers.list()
    return {
      detail,
      isRevealed,
      now: clock.now(),
      plans: planEvent(detail, connectors, isRevealed),
      retailerName: retailerName(names, detail.event.connection.retailer),
    }
  }

  routes.get('/events/:id', async (context) => {
    readQuery(context.req.url, {})
    return respond(context, eventPage({ session: context.get('session'), ...(await show(context.req.param('id'), false)) }))
  })

  routes.post('/events/:id', async (context) => {
    const id = context.req.param('id')
    const view = await show(id, true)
    await permitReveal(context, options, `event ${id}`)
    return respond(context, eventPage({ session: context.get('session'), ...view }))
  })
}
