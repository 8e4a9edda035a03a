import { OptionsError } from '@subtotal-connectors/core'
import { z } from 'zod'
import type { ApiRequest } from './api-request.ts'
import { checkArguments, dateArgument, idArgument, textArgument, webhookUrlArgument } from './arguments.ts'
import type { SubtotalCallOptions } from './call-options.ts'
import { readAnswer } from './read-answer.ts'
import type { WebhooksApi } from './subtotal-api.ts'
import { SubtotalApiError } from './subtotal-api-error.ts'
import type { SubtotalWebhook, WebhookChanges } from './subtotal-webhook.ts'
import type { Transport } from './transport.ts'
import { createdWebhookSchema, toWebhookBody, webhookSchema, webhooksSchema } from './wire-webhook.ts'

const path = '/webhooks'
const subject = 'webhook'
const name = textArgument(255)
const eventTypes = z.array(textArgument(64)).min(1, 'must name at least one event type')
const more = {
  isActive: z.boolean().exactOptional(),
  receivesSimulatedEvents: z.boolean().exactOptional(),
  purchaseDateStart: dateArgument.nullable().exactOptional(),
  purchaseDateEnd: dateArgument.nullable().exactOptional(),
}
const newShape = { name, url: webhookUrlArgument, eventTypes, ...more }
const changesShape = {
  name: name.exactOptional(),
  url: webhookUrlArgument.exactOptional(),
  eventTypes: eventTypes.exactOptional(),
  ...more,
}

/** {@link WebhooksApi} over a transport. */
export function createWebhooksApi(transport: Transport): WebhooksApi {
  const list = async ({ signal }: SubtotalCallOptions, call = 'webhooks.list'): Promise<readonly SubtotalWebhook[]> => {
    const request: ApiRequest = { call, method: 'GET', path, isRepeatable: true, subject, signal }
    return readAnswer(request, webhooksSchema, await transport.send(request)).webhooks
  }

  const update = async (call: string, id: string, changes: WebhookChanges, { signal }: SubtotalCallOptions) => {
    checkArguments(call, { id: idArgument }, { id })
    const body = toWebhookBody(checkArguments(call, changesShape, changes))
    if (Object.keys(body).length === 0) throw new OptionsError(`A call of ${call} cannot be made: there is nothing to change.`)
    const request: ApiRequest = { call, method: 'PATCH', path: `${path}/${id}`, body, isRepeatable: false, subject, signal }
    return readAnswer(request, webhookSchema, await transport.send(request))
  }

  return {
    list: async (options = {}) => list(options),
    async get(id, options = {}) {
      const call = 'webhooks.get'
      checkArguments(call, { id: idArgument }, { id })
      const found = (await list(options, call)).find((webhook) => webhook.id === id)
      if (found !== undefined) return found
      const sentence = `${call}: Subtotal knows no such webhook on this account.`
      throw new SubtotalApiError('ERR_SUBTOTAL_NOT_FOUND', sentence, { isRetryable: false })
    },
    async create(webhook, { signal } = {}) {
      const call = 'webhooks.create'
      const body = toWebhookBody(checkArguments(call, newShape, webhook))
      const request: ApiRequest = { call, method: 'POST', path, body, isRepeatable: false, subject, signal }
      return readAnswer(request, createdWebhookSchema, await transport.send(request))
    },
    update: async (id, changes, options = {}) => update('webhooks.update', id, changes, options),
    pause: async (id, options = {}) => update('webhooks.pause', id, { isActive: false }, options),
    resume: async (id, options = {}) => update('webhooks.resume', id, { isActive: true }, options),
    async delete(id, { signal } = {}) {
      const call = 'webhooks.delete'
      checkArguments(call, { id: idArgument }, { id })
      await transport.send({ call, method: 'DELETE', path: `${path}/${id}`, isRepeatable: false, subject, signal })
    },
  }
}
