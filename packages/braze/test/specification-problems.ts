import { Ajv } from 'ajv'
import specification from './specs/braze-users.openapi.json' with { type: 'json' }

const validate = new Ajv({ strict: false }).compile(
  specification.paths['/users/track'].post.requestBody.content['application/json'].schema,
)

/** What Braze's specification says against a body of `/users/track`; see `specs/SOURCES.md`. */
export function specificationProblems(body: unknown): string[] {
  return validate(body) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}
