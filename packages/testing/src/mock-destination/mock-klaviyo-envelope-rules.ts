import { at, invalid, isRecord, type KlaviyoFault, type KlaviyoRule, klaviyoPages, listOf } from './mock-klaviyo-rule.ts'

/** Events in one bulk job, over all its groups. */
const maxEventsPerJob = 1000

/** The body of a POST. */
export interface KlaviyoBody {
  readonly json: unknown
  readonly isJob: boolean
}

const groupsPointer = '/data/attributes/events-bulk-create/data'

/** What refuses a body whose resource objects cannot be read, in the order in which it is checked. The first breach is the answer. */
export const klaviyoEnvelopeRules: readonly KlaviyoRule<KlaviyoBody>[] = [
  invalid('a body that is not a JSON object with data', klaviyoPages.invalidPayload, ({ json }) =>
    isRecord(at(json, 'data')) ? undefined : { detail: 'The payload provided in the request is invalid.', pointer: '/data' },
  ),
  invalid('another resource type than that of the endpoint', klaviyoPages.openapi, ({ json, isJob }) => {
    const type = isJob ? 'event-bulk-create-job' : 'event'
    return at(json, 'data', 'type') === type ? undefined : { detail: `The type must be '${type}'.`, pointer: '/data/type' }
  }),
  invalid('a resource without attributes', klaviyoPages.openapi, ({ json }) =>
    isRecord(at(json, 'data', 'attributes'))
      ? undefined
      : { detail: "The field 'attributes' is required.", pointer: '/data/attributes' },
  ),
  invalid('a job without the list events-bulk-create (with hyphens)', klaviyoPages.openapi, ({ json, isJob }) =>
    !isJob || Array.isArray(at(json, 'data', 'attributes', 'events-bulk-create', 'data'))
      ? undefined
      : { detail: "The field 'events-bulk-create' is required.", pointer: '/data/attributes/events-bulk-create' },
  ),
  invalid('a group of another type than event-bulk-create', klaviyoPages.openapi, (body) =>
    faultyGroups(body, 'type', "The type must be 'event-bulk-create'.", (group) => at(group, 'type') === 'event-bulk-create'),
  ),
  invalid('a group without attributes', klaviyoPages.openapi, (body) =>
    faultyGroups(body, 'attributes', "The field 'attributes' is required.", (group) => isRecord(at(group, 'attributes'))),
  ),
  invalid('a group without a list of events', klaviyoPages.openapi, (body) =>
    faultyGroups(body, 'attributes/events', "The field 'events' is required.", (group) =>
      Array.isArray(at(group, 'attributes', 'events', 'data')),
    ),
  ),
  invalid('an event of another type than event in a job', klaviyoPages.openapi, (body) =>
    faultyEvents(body, 'type', "The type must be 'event'.", (event) => at(event, 'type') === 'event'),
  ),
  invalid('an event without attributes in a job', klaviyoPages.openapi, (body) =>
    faultyEvents(body, 'attributes', "The field 'attributes' is required.", (event) => isRecord(at(event, 'attributes'))),
  ),
  invalid('a job of more than 1,000 events', klaviyoPages.bulkCreateEvents, (body) => {
    const count = groupsOf(body).flatMap(eventsOf).length
    return count <= maxEventsPerJob
      ? undefined
      : { detail: 'A job may have at most 1000 events.', pointer: '/data/attributes/events-bulk-create' }
  }),
]

/** The groups of a bulk job; none for a single event. */
export function groupsOf({ json, isJob }: KlaviyoBody): readonly unknown[] {
  return isJob ? listOf(at(json, 'data', 'attributes', 'events-bulk-create', 'data')) : []
}

/** The events of a group of a bulk job. */
export function eventsOf(group: unknown): readonly unknown[] {
  return listOf(at(group, 'attributes', 'events', 'data'))
}

/** The JSON pointer of a group. */
export function groupPointer(index: number): string {
  return `${groupsPointer}/${index}`
}

/** The JSON pointer of an event in a group. */
export function eventPointer(groupIndex: number, index: number): string {
  return `${groupPointer(groupIndex)}/attributes/events/data/${index}`
}

function faultyGroups(
  body: KlaviyoBody,
  field: string,
  detail: string,
  isRight: (group: unknown) => boolean,
): readonly KlaviyoFault[] {
  return groupsOf(body).flatMap((group, index) =>
    isRight(group) ? [] : [{ detail, pointer: `${groupPointer(index)}/${field}` }],
  )
}

function faultyEvents(
  body: KlaviyoBody,
  field: string,
  detail: string,
  isRight: (event: unknown) => boolean,
): readonly KlaviyoFault[] {
  return groupsOf(body).flatMap((group, groupIndex) =>
    eventsOf(group).flatMap((event, index) =>
      isRight(event) ? [] : [{ detail, pointer: `${eventPointer(groupIndex, index)}/${field}` }],
    ),
  )
}
