/**
 * What Braze's documentation forbids in a body of `/users/track` and its specification does not say: written from the pages, apart
 * from the connector's own code. Sources: https://www.braze.com/docs/api/endpoints/user_data/post_user_track,
 * https://www.braze.com/docs/api/objects_filters/event_object, https://www.braze.com/docs/api/objects_filters/user_attributes_object.
 */
export function documentedProblems(body: unknown): string[] {
  const { attributes = [], events = [], ...others } = record(body)
  const problems = Object.keys(others).map((name) => `unknown array ${name}`)
  const lists = [list(attributes), list(events)]
  const count = lists.flat().length
  if (count < 1 || count > 75) problems.push(`${count} objects`)
  if (Buffer.byteLength(JSON.stringify(body)) > 4_000_000) problems.push('body over 4 MB')
  for (const object of lists.flat()) problems.push(...personProblems(record(object)), ...textProblems(object))
  for (const event of list(events)) problems.push(...eventProblems(record(event)))
  return problems
}

function eventProblems(event: Readonly<Record<string, unknown>>): string[] {
  const { name, time, properties, external_id: _id, email: _email, phone: _phone, _update_existing_only: only, ...others } = event
  const names = Object.keys(record(properties))
  return [
    ...Object.keys(others).map((other) => `unknown member ${other}`),
    ...(typeof name === 'string' && name.length > 0 && name.length <= 255 ? [] : ['name']),
    ...(typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(time) ? [] : ['time']),
    ...(only === undefined || only === true ? [] : ['_update_existing_only']),
    ...(Buffer.byteLength(JSON.stringify(properties)) <= 102_400 ? [] : ['properties over 102,400 bytes']),
    ...names.filter((key) => key === '' || key.length > 255 || key.startsWith('$') || key === 'time' || key === 'event_name'),
  ]
}

function personProblems(object: Readonly<Record<string, unknown>>): string[] {
  const isText = (name: string) => typeof object[name] === 'string' && object[name] !== ''
  const hasId = isText('external_id')
  const isFound = hasId || isText('email') || isText('phone')
  const isEvent = 'name' in object
  const identifiers = ['external_id', 'email', 'phone'].filter((name) => name in object)
  const id = object['external_id']
  return [
    ...(isFound ? [] : ['no identifier']),
    ...(typeof id === 'string' && Buffer.byteLength(id) > 987 ? ['external_id over 987 bytes'] : []),
    ...(isEvent && identifiers.length !== 1 ? [`an event with ${identifiers.length} identifiers`] : []),
  ]
}

function textProblems(value: unknown): string[] {
  const problems: string[] = []
  JSON.parse(JSON.stringify(value), (name, inner: unknown) => {
    if (typeof inner === 'string' && inner.length > 255 && name !== 'external_id') problems.push(`${name} over 255 characters`)
    if (inner === null) problems.push(`${name} is null`)
    return inner
  })
  return problems
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object')
  return Object.fromEntries(Object.entries(value))
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return value
}
