import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'

const document: unknown = JSON.parse(readFileSync(new URL('./specs/klaviyo-events.openapi.json', import.meta.url), 'utf8'))
// A CommonJS module: its types put the plugin under `default`.
const addFormats = addFormatsModule.default
const ajv = addFormats(new Ajv({ strict: false, allErrors: true }))
ajv.addSchema(withoutLooseNullable(document), 'klaviyo')

type SchemaName = '/api/events' | '/api/event-bulk-create-jobs' | 'error' | 'accounts'

const schemas: Readonly<Record<SchemaName, ValidateFunction>> = {
  '/api/events': validator('#/components/schemas/EventCreateQueryV2'),
  '/api/event-bulk-create-jobs': validator('#/components/schemas/EventsBulkCreateJob'),
  error: validator('#/components/responses/ClientError/content/application~1vnd.api+json/schema'),
  accounts: validator('#/components/schemas/GetAccountResponseCollection'),
}

/** What Klaviyo's OpenAPI document has against the value; empty when it is valid. */
export function schemaErrors(name: SchemaName, value: unknown): string[] {
  const validate = schemas[name]
  return validate(value) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

/** Whether the path is one of the two that take events. */
export function isEventsPath(path: string): path is '/api/events' | '/api/event-bulk-create-jobs' {
  return path === '/api/events' || path === '/api/event-bulk-create-jobs'
}

function validator(pointer: string): ValidateFunction {
  const validate = ajv.getSchema(`klaviyo${pointer}`)
  if (validate === undefined) throw new Error(`No schema at ${pointer}`)
  return validate
}

/** Ajv refuses `nullable` beside no `type`; OpenAPI 3.0 gives it no meaning there. */
function withoutLooseNullable(value: unknown): object {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) => {
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner) || 'type' in inner) return inner
      return Object.fromEntries(Object.entries(inner).filter(([name]) => name !== 'nullable'))
    }),
  )
}
