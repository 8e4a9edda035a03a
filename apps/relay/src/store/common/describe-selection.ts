import type { ReplaySelection } from '../operations-store.ts'

const mask = '***'
/** Filters whose values are one of a list, or a number of the relay's own; all others could hold a person's data. */
const telling = ['status', 'destination', 'type', 'code', 'id', 'identified', 'since', 'until']

/** A selection in words for the audit: `dead deliveries` … Of free text only the filter's name is told. */
export function describeSelection(selection: ReplaySelection): string {
  const filters = Object.entries(selection.filter).map(([name, value]) => {
    const isTold = telling.includes(name) && !(selection.kind === 'events' && name === 'id')
    return `${name}=${isTold ? toText(value) : mask}`
  })
  const where = filters.length === 0 ? '' : ` with ${filters.join(', ')}`
  const to = selection.kind === 'events' ? ` to ${selection.destinations.join(', ')}` : ''
  return `${selection.kind}${where}${to}${selection.repeatDelivered ? ', also what was delivered' : ''}`
}

function toText(value: string | number | true): string {
  return typeof value === 'number' ? new Date(value).toISOString() : String(value)
}

/** The same selection without the customer's id, which may be an email address. */
export function withoutCustomer(selection: ReplaySelection): ReplaySelection {
  if (selection.filter.customer === undefined) return selection
  if (selection.kind === 'deliveries') return { ...selection, filter: { ...selection.filter, customer: mask } }
  return { ...selection, filter: { ...selection.filter, customer: mask } }
}
