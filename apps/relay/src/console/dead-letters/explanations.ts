import type { ErrorCode } from '@subtotal-connectors/core'

/** What a code means, and what helps; `null`: nothing has to be done about it. */
export interface Explanation {
  readonly cause: string
  readonly remedy: string | null
}

/** What `docs/errors.md` says of the codes that a delivery can have; a test keeps them equal. */
export const explanations: Readonly<Partial<Record<ErrorCode, Explanation>>> = {
  ERR_MAPPING: {
    cause:
      'A filter, a properties function or the mapping itself threw, or returned something else than it must: true or false, a plain object. Only this event is rejected.',
    remedy: 'correct the function, then replay.',
  },
  ERR_NO_IDENTIFIER: {
    cause: "The event's customer lacks the identifiers that identifyBy names.",
    remedy:
      "give Subtotal the email, mobile or customer id when linking: the relay replays its dead letters of a connection by itself when an event or Subtotal's API tells more of the same customer. Or choose another identifier; then replay. A letter that says that what is known of its connection is of another customer stays dead: it is never sent under that one.",
  },
  ERR_TOO_LARGE: {
    cause: 'The event alone is larger than the destination takes, also after trimming.',
    remedy: 'send less with the option properties.',
  },
  ERR_REJECTED: {
    cause:
      'The destination refused this event for good; its words are in the error. After 20 in a row the lane is blocked and keeps the others.',
    remedy: 'depends on them; then replay.',
  },
  ERR_CREDENTIALS: {
    cause:
      '401, 403 or 407: the key is wrong, lacks a permission, or belongs to another region or instance. Everything waits, nothing is lost.',
    remedy: 'subtotal-relay check; a corrected key is tried by itself.',
  },
  ERR_DESTINATION_NOT_FOUND: {
    cause: '404, 405, 410 or 415: no such endpoint in this form, or an API revision that is no longer offered.',
    remedy: 'check the base URL; upgrade.',
  },
  ERR_REDIRECTED: {
    cause: 'The destination answers with a redirect that is not followed.',
    remedy: 'correct the base URL, instance or region.',
  },
  ERR_RATE_LIMITED: {
    cause: '429. The destination is left alone for as long as it asks; no attempt is spent.',
    remedy: null,
  },
  ERR_UNAVAILABLE: {
    cause:
      '5xx, 408 or 425. Tried again; when every call fails, with one event at a time. Also: the destination does not pass its check, so that what may have arrived there is not sent again yet.',
    remedy: null,
  },
  ERR_UNREADABLE_ANSWER: {
    cause: 'A success whose body could not be read. Tried once more, then a dead letter.',
    remedy: null,
  },
  ERR_UNACCOUNTED: {
    cause: 'The destination answered without saying what became of this event. It counts as not delivered.',
    remedy: null,
  },
  ERR_TIMEOUT: {
    cause: 'No connection within 5 s, or no answer within 20 s. May have arrived if the request had gone out.',
    remedy: null,
  },
  ERR_NETWORK: {
    cause: "The connection failed; the message has the system's name for it (ECONNREFUSED).",
    remedy: null,
  },
  ERR_ABORTED: {
    cause: 'The caller ended the request.',
    remedy: null,
  },
  ERR_OUTCOME_UNKNOWN: {
    cause: 'The event may have arrived, three times over, at a destination that does not ignore repeats.',
    remedy: 'look there; replay if it is missing.',
  },
  ERR_MAX_AGE: {
    cause: "An attempt failed after the event's maximum age (72 h by default).",
    remedy: "see the attempts' errors; replay.",
  },
  ERR_MARKED_DEAD: {
    cause: 'An operator ended the delivery. Who and when is in the audit.',
    remedy: 'replay, if it was a mistake.',
  },
  ERR_STORED_EVENT_UNREADABLE: {
    cause: 'What is stored of the event is damaged: the disk changed it, or somebody did. Nothing of it was sent.',
    remedy:
      'replay it from a backup that has it whole, or import the purchase again after an erasure of the event; check the disk.',
  },
  ERR_ENRICHMENT_OFF: {
    cause:
      'A purchase came with identifiers only, so there is nothing to deliver, and the relay may not ask Subtotal for the rest.',
    remedy:
      'set SUBTOTAL_API_KEY (and leave purchases in RELAY_ENRICH), then replay: the purchase is fetched first. See enrichment.',
  },
  ERR_ENRICHMENT_EXPIRED: {
    cause:
      "A purchase came with identifiers only, and Subtotal's API could not be asked for the rest within 72 hours. The message has its last answer.",
    remedy: 'see enrichment in /readyz; replay once it runs.',
  },
}

/** The explanation of a code, as it stands in the store. */
export function explanationOf(code: string): Explanation | undefined {
  return Object.entries(explanations).find(([name]) => name === code)?.[1]
}
