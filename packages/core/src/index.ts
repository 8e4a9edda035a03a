export { checkOptions } from './connector/check-options.ts'
export type {
  CallOptions,
  CheckResult,
  Connector,
  ConnectorLimits,
  NotSent,
  Plan,
  PlannedRequest,
  RequestRate,
} from './connector/connector.ts'
export type {
  CheckRequest,
  ConnectorDefinition,
  Destination,
  DestinationApi,
  DestinationRequest,
  DestinationResponse,
  Mapped,
  MappingContext,
  MessageResult,
  OptionsShape,
  Properties,
  Refused,
} from './connector/connector-definition.ts'
export type { ConnectorOptions, ProfileMode } from './connector/connector-options.ts'
export { connectorOptionsShape } from './connector/connector-options.ts'
export { defineConnector } from './connector/define-connector.ts'
export type { Blocked, Delivered, DeliveryResult, Rejected, Retry, RetryReason, Skipped } from './connector/delivery-result.ts'
export { secretsOf } from './connector/secrets-of.ts'
export type { Outgoing, Sender, SenderOptions, SenderPlan, SenderRequest } from './connector/sender.ts'
export { createSender } from './connector/sender.ts'
export type { DeliverWithRetryOptions } from './delivery/deliver-with-retry.ts'
export { deliverWithRetry } from './delivery/deliver-with-retry.ts'
export type { ConnectorErrorDetails } from './errors/connector-error.ts'
export { ConnectorError } from './errors/connector-error.ts'
export type { ErrorCode } from './errors/error-code.ts'
export { errorCodes } from './errors/error-code.ts'
export { OptionsError } from './errors/options-error.ts'
export { SubtotalError } from './errors/subtotal-error.ts'
export { WebhookParseError, WebhookVerificationError } from './errors/webhook-error.ts'
export type { ConnectionState, ConnectionStatus } from './event/complete-event.ts'
export { completeEvent, nextConnectionState, statusAfter } from './event/complete-event.ts'
export type {
  Connection,
  ConnectionEvent,
  Customer,
  EventBase,
  Product,
  Profile,
  ProfileEvent,
  Purchase,
  PurchaseCreatedEvent,
  PurchaseItem,
  SubtotalEvent,
  SubtotalEventType,
} from './event/subtotal-event.ts'
export { subtotalEventTypes } from './event/subtotal-event.ts'
export { classifyResponse } from './http/classify-response.ts'
export { createLimit, type Limit } from './http/create-limit.ts'
export type { Answer, HttpClient, HttpClientOptions, HttpMethod, NoAnswer } from './http/http-client.ts'
export { createHttpClient } from './http/http-client.ts'
export type { RetryAfterHeaders } from './http/parse-retry-after.ts'
export { parseRetryAfter } from './http/parse-retry-after.ts'
export type { Identifier, IdentifierKind } from './identity/identify.ts'
export { identifierKinds, identify } from './identity/identify.ts'
export { redact, type Sensitive, wordsOf } from './redaction/redact.ts'
export { toMoneyNumber, toMoneyString } from './value/decimal.ts'
export { distinct } from './value/distinct.ts'
export { fitsJsonBytes, jsonBytes } from './value/json-bytes.ts'
export { brandsOf, upcsOf } from './value/purchase-lists.ts'
export { isUlid, lastUlidTime, toUlid, ulidTime } from './value/ulid.ts'
export { withoutNulls } from './value/without-nulls.ts'
export { completePurchaseEvent } from './webhook/complete-purchase-event.ts'
export { parsePurchase } from './webhook/parse-purchase.ts'
export { parseIsoTime } from './webhook/parse-time.ts'
export type { ParseWebhookOptions } from './webhook/parse-webhook.ts'
export { parseWebhook } from './webhook/parse-webhook.ts'
export type { SignatureEncoding, SignatureHeaders, SignWebhookOptions, TimestampFormat } from './webhook/sign-webhook.ts'
export { signWebhook } from './webhook/sign-webhook.ts'
export type { PurchaseConnection, ToPurchaseEventOptions } from './webhook/to-purchase-event.ts'
export { toPurchaseEvent } from './webhook/to-purchase-event.ts'
export type { VerifiedWebhook, VerifyWebhookOptions } from './webhook/verify-webhook.ts'
export { verifyWebhook } from './webhook/verify-webhook.ts'
export type { WebhookBody } from './webhook/webhook-body.ts'
export type { WebHeaders, WebhookHeaders } from './webhook/webhook-headers.ts'
