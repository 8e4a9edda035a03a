import { readFileSync } from 'node:fs'
import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

/** What the tests read of Customer.io's ecommerce specification. */
export interface EcommerceSpecification {
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

const text = (name: string): string => readFileSync(new URL(`./specs/${name}`, import.meta.url), 'utf8')

/** Customer.io's ecommerce specification as it is. */
export const ecommerceSpecification: EcommerceSpecification = JSON.parse(text('customerio-pipelines-ecommerce.openapi.json'))

function compile(document: object, path: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  ajv.addSchema(document, 'specification')
  const pointer = `/paths/${path.replaceAll('/', '~1')}/post/requestBody/content/application~1json/schema`
  const validate = ajv.getSchema(`specification#${pointer}`)
  if (validate === undefined) throw new Error(`The specification has no ${path}.`)
  return validate
}

/** Checks one `track` message against the ecommerce specification: exactly one of the 28 events, exactly one kind of person. */
export const validateEcommerceMessage: ValidateFunction = compile(ecommerceSpecification, '/track')

/** Checks the body of a `/batch` request; `anyOf` stands for `oneOf`, see `specs/SOURCES.md`. */
export const validateBatch: ValidateFunction = compile(
  JSON.parse(text('customerio-pipelines.openapi.json').replaceAll('"oneOf"', '"anyOf"')),
  '/batch',
)
