import got from 'got'
import type { AlertMessage } from './alert.ts'

const timeoutMs = 10_000

/** Sends one alert; throws when it was not taken. Never tries twice, follows no redirect, reads no more of the answer than its status. */
export async function postAlert(url: string, message: AlertMessage, signal: AbortSignal): Promise<void> {
  const { statusCode } = await got.post(url, {
    json: message,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { request: timeoutMs },
    signal,
  })
  if (statusCode < 200 || statusCode > 299)
    throw Object.assign(new Error('The alert was not taken.'), { code: `HTTP_${statusCode}` })
}
