const isoShape = /^(\d{4}-\d\d-(\d\d))(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d(?::?\d\d)?)?)?$/i
const epochShape = /^(\d+)(\.\d+)?$/
/** As seconds this is the year 5138, as milliseconds 1973: nothing real is on the wrong side. */
const firstMilliseconds = 1e11
/** The last moment of the year 9999; later ones have no ISO 8601 text of four-digit years. */
const lastMilliseconds = 253_402_300_799_999

/**
 * Milliseconds since 1970 of an ISO 8601 date or time; `undefined` when it is none, lies before 1970 (a placeholder: there were no
 * such accounts) or does not exist (30 February). A date alone is midnight UTC, a time without a zone is UTC.
 */
export function parseIsoTime(text: string): number | undefined {
  const match = isoShape.exec(text.trim())
  if (match === null) return undefined
  const [, date = '', day = '', time = '00:00', zone = 'Z'] = match
  const midnight = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight.getTime()) || midnight.getUTCDate() !== Number(day)) return undefined
  return inRange(Date.parse(`${date}T${time}${toLongZone(zone)}`))
}

/** Milliseconds since 1970 of a timestamp in Unix seconds, Unix milliseconds or ISO 8601; `undefined` when it is none of them. */
export function parseTimestamp(text: string): number | undefined {
  const epoch = epochShape.exec(text.trim())
  if (epoch === null) return parseIsoTime(text)
  const value = Number(text)
  return inRange(Math.trunc(value < firstMilliseconds ? value * 1000 : value))
}

function toLongZone(zone: string): string {
  return /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone.toUpperCase()
}

function inRange(milliseconds: number): number | undefined {
  return milliseconds >= 0 && milliseconds <= lastMilliseconds ? milliseconds : undefined
}
