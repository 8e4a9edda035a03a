import { subtotalEventTypes } from '@subtotal-connectors/core'
import { html } from 'hono/html'
import { deliveryStatuses } from '../../store/records.ts'
import { field } from '../components/field.ts'
import { postForm } from '../components/post-form.ts'
import type { Html } from '../html.ts'
import type { ConsoleSession } from '../session/console-session.ts'

/** What is looked for, as it stands in the address. */
export type GivenFilter = Readonly<Record<string, string>>

/** What a form of filters is made of. */
export interface FilterForm {
  readonly session: ConsoleSession
  readonly action: string
  readonly given: GivenFilter
  readonly destinations: readonly string[]
  readonly retailers: readonly { readonly id: string; readonly name: string | null }[]
}

const any = { value: '', label: 'any' }
const longestText = 512

/** The fields by which events are found. It is posted, so that no address book of a browser or proxy keeps what is only a person's own. */
export function eventFilters(form: FilterForm): Html {
  const { session, action, given } = form
  const person =
    session.role === 'operator'
      ? html`${field({
          name: 'contact',
          label: 'Email or phone',
          hint: 'Does not appear in the address. It is put on record that you looked for a person.',
          maxLength: longestText,
        })}`
      : ''
  return postForm(
    session,
    action,
    html`${personChosen(given)}${person}${textField('customer', 'Customer id', given)}${textField('purchase', 'Purchase id', given)}
${textField('connection', 'Connection', given)}${textField('id', 'Event id', given)}
${choice('type', 'Type', subtotalEventTypes, given)}${retailerField(form)}
${choice('status', 'Delivery', deliveryStatuses, given)}${choice('destination', 'Destination', form.destinations, given)}
${timeField('since', 'Received from', given)}${timeField('until', 'Received until', given)}
<div class="actions"><button class="primary">Search</button><a href="${action}">Clear</a></div>`,
    'search',
  )
}

/** A text that is looked for as it is. */
export function textField(name: string, label: string, given: GivenFilter): Html {
  return field({ name, label, type: 'search', value: given[name] ?? '', maxLength: longestText })
}

/** One of few values, or any. */
export function choice(name: string, label: string, values: readonly string[], given: GivenFilter): Html {
  return field({ name, label, value: given[name] ?? '', choices: [any, ...values.map((value) => ({ value, label: value }))] })
}

/** A date, or a time in UTC. */
export function timeField(name: string, label: string, given: GivenFilter): Html {
  return field({ name, label, type: 'search', value: given[name] ?? '', hint: '2026-11-20, or 2026-11-20T12:00', maxLength: 40 })
}

function retailerField({ given, retailers }: FilterForm): Html {
  if (retailers.length === 0) return textField('retailer', 'Retailer', given)
  const known = retailers.map(({ id, name }) => ({ value: id, label: name === null || name === id ? id : `${name} (${id})` }))
  const chosen = given['retailer']
  const isUnknown = chosen !== undefined && known.every(({ value }) => value !== chosen)
  return field({
    name: 'retailer',
    label: 'Retailer',
    value: chosen ?? '',
    choices: [any, ...known, ...(isUnknown ? [{ value: chosen, label: chosen }] : [])],
  })
}

function personChosen(given: GivenFilter): Html | string {
  const person = given['person']
  if (person === undefined) return ''
  return html`<div class="field"><label for="person">One person</label><select id="person" name="person"><option value="${person}" selected>the one looked for</option><option value="">anybody</option></select></div>`
}
