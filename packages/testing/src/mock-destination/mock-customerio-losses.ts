import { type CustomerioObject, customerioPages, isObject } from './mock-customerio-rule.ts'

/** Something that is answered 200 in both modes and not kept as it was sent. */
export interface CustomerioLoss {
  /** What is lost. */
  readonly name: string
  /** The page that says so. */
  readonly source: string
  /** What the page leaves open. */
  readonly doubt?: string
  /** The message as it is kept: the same one, a changed copy, or `undefined` when nothing of it is kept. */
  keep(message: CustomerioObject, suppressed: ReadonlySet<string>): CustomerioObject | undefined
}

/** Limits of Journeys, behind Pipelines, in UTF-8 bytes. */
const journeysLimits = {
  personIdBytes: 150,
  eventNameBytes: 100,
  traitNameBytes: 150,
  traitValueBytes: 1000,
  traits: 300,
} as const

const doubt = 'documented for the Track API, which Pipelines feeds; presumed to hold for Pipelines too'

/** What is lost without an error, in the order in which it is looked at. */
export const customerioLosses: readonly CustomerioLoss[] = [
  {
    name: 'a message of a suppressed person',
    source: customerioPages.journeysEvents,
    keep: (message, suppressed) =>
      typeof message['userId'] === 'string' && suppressed.has(message['userId']) && message['event'] !== 'User Unsuppressed'
        ? undefined
        : message,
  },
  {
    name: 'a message of a person whose id has more than 150 bytes',
    source: customerioPages.trackOpenapi,
    doubt,
    keep: (message) => (bytesOf(message['userId']) > journeysLimits.personIdBytes ? undefined : message),
  },
  {
    name: 'an event whose name has more than 100 bytes',
    source: customerioPages.trackOpenapi,
    doubt,
    keep: (message) => (bytesOf(message['event']) > journeysLimits.eventNameBytes ? undefined : message),
  },
  {
    name: 'a trait whose name has more than 150 bytes',
    source: customerioPages.trackOpenapi,
    doubt,
    keep: (message) => withTraits(message, ([name]) => bytesOf(name) <= journeysLimits.traitNameBytes),
  },
  {
    name: 'a trait whose value has more than 1,000 bytes',
    source: customerioPages.trackOpenapi,
    doubt,
    keep: (message) => withTraits(message, ([, value]) => bytesOf(value) <= journeysLimits.traitValueBytes),
  },
  {
    name: 'the traits after the first 300',
    source: customerioPages.trackOpenapi,
    doubt: `${doubt}; which of them are kept is not documented`,
    keep: (message) => withTraits(message, (_, index) => index < journeysLimits.traits),
  },
]

function withTraits(
  message: CustomerioObject,
  isKept: (trait: readonly [string, unknown], index: number) => boolean,
): CustomerioObject {
  const { traits } = message
  if (message['type'] === 'group' || !isObject(traits)) return message
  const all = Object.entries(traits)
  const kept = all.filter(isKept)
  return kept.length === all.length ? message : { ...message, traits: Object.fromEntries(kept) }
}

function bytesOf(value: unknown): number {
  if (value === undefined) return 0
  return Buffer.byteLength(typeof value === 'string' ? value : JSON.stringify(value))
}
