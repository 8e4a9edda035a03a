export type { FastCheckModule } from './events/event-arbitrary.ts'
export { eventArbitrary } from './events/event-arbitrary.ts'
export type { EventOverrides } from './events/event-defaults.ts'
export { makeConnectionEvent } from './events/make-connection-event.ts'
export { makeEveryEvent } from './events/make-every-event.ts'
export type { ProfileEventOverrides } from './events/make-profile-event.ts'
export { makeProfileEvent } from './events/make-profile-event.ts'
export type { PurchaseEventOverrides } from './events/make-purchase-event.ts'
export { makePurchaseEvent } from './events/make-purchase-event.ts'
export { publishedPurchaseEvent } from './events/published-purchase-event.ts'
export type { SignedWebhook } from './generator/signed-webhook.ts'
export { signedWebhook } from './generator/signed-webhook.ts'
export type { GeneratedWebhook, WebhookGenerator, WebhookGeneratorOptions } from './generator/webhook-generator.ts'
export { createWebhookGenerator } from './generator/webhook-generator.ts'
export type { MockBraze, MockBrazeOptions } from './mock-destination/mock-braze.ts'
export { createMockBraze } from './mock-destination/mock-braze.ts'
export type { BrazeLoss, BrazeWorld } from './mock-destination/mock-braze-losses.ts'
export { brazeLosses } from './mock-destination/mock-braze-losses.ts'
export type { AcceptedBrazeObject, BrazeError, LostBrazeObject } from './mock-destination/mock-braze-objects.ts'
export { brazeObjectRules } from './mock-destination/mock-braze-objects.ts'
export { blockedExternalId } from './mock-destination/mock-braze-person-rules.ts'
export type { BrazeContract, BrazeRateLimit } from './mock-destination/mock-braze-rate-limit.ts'
export { brazeRateLimited } from './mock-destination/mock-braze-rate-limit.ts'
export { brazeRequestRules, revokedBrazeKey } from './mock-destination/mock-braze-request-rules.ts'
export type {
  BrazeArray,
  BrazeObjectRule,
  BrazeRequestRule,
  BrazeRule,
  BrazeSettings,
} from './mock-destination/mock-braze-rule.ts'
export type { MockCustomerio } from './mock-destination/mock-customerio.ts'
export { createMockCustomerio } from './mock-destination/mock-customerio.ts'
export type { CustomerioRules } from './mock-destination/mock-customerio-judge.ts'
export { customerioRules } from './mock-destination/mock-customerio-judge.ts'
export type { CustomerioLoss } from './mock-destination/mock-customerio-losses.ts'
export { customerioLosses } from './mock-destination/mock-customerio-losses.ts'
export type { CustomerioEffect, LostCustomerioMessage } from './mock-destination/mock-customerio-memory.ts'
export type { CustomerioObject } from './mock-destination/mock-customerio-rule.ts'
export type { MockCustomerioOptions } from './mock-destination/mock-customerio-settings.ts'
export { revokedCustomerioKey } from './mock-destination/mock-customerio-settings.ts'
export type { MockKlaviyo } from './mock-destination/mock-klaviyo.ts'
export { createMockKlaviyo } from './mock-destination/mock-klaviyo.ts'
export type { AcceptedKlaviyoEvent } from './mock-destination/mock-klaviyo-event.ts'
export type { KlaviyoLoss } from './mock-destination/mock-klaviyo-losses.ts'
export { klaviyoLosses } from './mock-destination/mock-klaviyo-losses.ts'
export type { LostKlaviyoEvent } from './mock-destination/mock-klaviyo-memory.ts'
export type { KlaviyoRules } from './mock-destination/mock-klaviyo-rules.ts'
export { klaviyoRules } from './mock-destination/mock-klaviyo-rules.ts'
export type { KlaviyoScope, MockKlaviyoOptions } from './mock-destination/mock-klaviyo-settings.ts'
export { revokedKlaviyoKey } from './mock-destination/mock-klaviyo-settings.ts'
export type {
  Failure,
  Judge,
  Judgement,
  JudgeOptions,
  MockAnswer,
  MockDestination,
  MockRequest,
  MockServerOptions,
} from './mock-destination/mock-server.ts'
export { createMockServer } from './mock-destination/mock-server.ts'
export { createMockSubtotal } from './mock-subtotal/create-mock-subtotal.ts'
export type {
  CollectOptions,
  CreateMockSubtotalOptions,
  HistoryOptions,
  LinkOptions,
  MockSubtotal,
} from './mock-subtotal/mock-subtotal.ts'
export type {
  MockClock,
  MockSubtotalOptions,
  PurchaseContent,
  SubtotalEra,
  SubtotalScope,
} from './mock-subtotal/mock-subtotal-options.ts'
export { revokedSubtotalKey, subtotalRetryDelaysMs, subtotalScopes } from './mock-subtotal/mock-subtotal-options.ts'
export type {
  MockAttempt,
  MockConnection,
  MockEvent,
  MockPurchase,
  MockWebhook,
  SubtotalChange,
} from './mock-subtotal/mock-subtotal-types.ts'
export type { ShopperEvent, ShopperStep, ShoppersOptions } from './mock-subtotal/shoppers.ts'
export { createShoppers } from './mock-subtotal/shoppers.ts'
export type { MockRetailer } from './mock-subtotal/subtotal-account.ts'
export type { Disturb } from './mock-subtotal/subtotal-judge.ts'
export type { SubtotalRule } from './mock-subtotal/subtotal-rules.ts'
export { subtotalRules } from './mock-subtotal/subtotal-rules.ts'
