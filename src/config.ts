/** From flags and environment to a validated configuration. Only this file reads the environment of the process. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { HalcyonError } from './api/errors.ts'
import { parseDuration } from './kube/duration.ts'

/** What the person typed after `halcyon up`, unchecked. */
export interface UpFlags {
  readonly repo?: string
  readonly revision?: string
  readonly path?: string
  readonly demo?: boolean
  readonly sandbox?: boolean
  readonly fresh?: boolean
  readonly kubeconfig?: string
  readonly context?: string
  readonly once?: boolean
  readonly readOnly?: boolean
  readonly listen?: string
  readonly data?: string
  readonly output?: 'table' | 'json' | 'yaml'
  readonly deadline?: string
  readonly dryRun?: boolean
  readonly pollInterval?: string
}

export interface Config {
  readonly dataDir: string
  /** Undefined = the demo repository. */
  readonly repo: string | undefined
  readonly revision: string
  readonly path: string | undefined
  readonly cluster:
    | { readonly kind: 'sandbox'; readonly fresh: boolean }
    | { readonly kind: 'kubeconfig'; readonly path: string | undefined; readonly context: string | undefined }
  readonly once: boolean
  readonly readOnly: boolean
  readonly listen: { readonly host: string; readonly port: number }
  readonly output: 'table' | 'json' | 'yaml'
  readonly deadlineMs: number
  readonly dryRun: boolean
  readonly pollIntervalMs: number
  readonly waveDelayMs: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly otlpEndpoint: string | undefined
  readonly webhookSecret: string | undefined
  readonly tools: { readonly helm?: string; readonly kustomize?: string }
}

type Environment = Readonly<Record<string, string | undefined>>

const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** Throws HalcyonError UsageInvalid or ConfigInvalid naming the option, what is wanted and what was given. */
export function toConfig(flags: UpFlags, env: Environment = process.env): Config {
  if (flags.sandbox === true && (flags.kubeconfig !== undefined || flags.context !== undefined)) {
    throw new HalcyonError(
      'UsageInvalid',
      'Cannot start: --sandbox and --kubeconfig/--context name two clusters; give one',
    )
  }
  if (flags.repo === undefined && flags.demo !== true) {
    throw new HalcyonError(
      'UsageInvalid',
      'Cannot start: --repo URL-or-directory is missing; or try the demo with: npm start',
    )
  }
  const real = flags.kubeconfig !== undefined || flags.context !== undefined
  return {
    dataDir: dataDirectory(flags.data, env),
    repo: flags.demo === true ? undefined : flags.repo,
    revision: flags.revision ?? 'HEAD',
    path: flags.path,
    cluster: real
      ? { kind: 'kubeconfig', path: flags.kubeconfig, context: flags.context }
      : { kind: 'sandbox', fresh: flags.fresh ?? false },
    once: flags.once ?? false,
    readOnly: flags.readOnly ?? false,
    listen: listenAddress(flags.listen ?? '127.0.0.1:8420', flags.once === true && flags.listen === undefined),
    output: flags.output ?? 'table',
    deadlineMs: duration('--deadline', flags.deadline ?? env['HALCYON_DEADLINE'], 15 * 60_000),
    dryRun: flags.dryRun ?? true,
    pollIntervalMs: duration('--poll-interval', flags.pollInterval ?? env['HALCYON_POLL_INTERVAL'], 120_000),
    waveDelayMs: waveDelay(env['ARGOCD_SYNC_WAVE_DELAY']),
    logLevel: logLevel(env['HALCYON_LOG_LEVEL'] ?? 'info'),
    otlpEndpoint: env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined,
    webhookSecret: env['HALCYON_WEBHOOK_SECRET'] || undefined,
    tools: {
      ...(env['HALCYON_HELM'] ? { helm: env['HALCYON_HELM'] } : {}),
      ...(env['HALCYON_KUSTOMIZE'] ? { kustomize: env['HALCYON_KUSTOMIZE'] } : {}),
    },
  }
}

/** `--data`, then HALCYON_DATA, then `~/.halcyon`. */
export function dataDirectory(flag: string | undefined, env: Environment = process.env): string {
  return resolve(flag ?? env['HALCYON_DATA'] ?? join(homedir(), '.halcyon'))
}

/** `--once` needs no fixed port: another process may hold the usual one. */
function listenAddress(text: string, anyPort: boolean): Config['listen'] {
  const colon = text.lastIndexOf(':')
  const host = colon < 0 ? '127.0.0.1' : text.slice(0, colon).replace(/^\[|\]$/g, '') || '127.0.0.1'
  const port = anyPort ? 0 : Number(text.slice(colon + 1))
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot listen on "${text}": expected HOST:PORT, for example 127.0.0.1:8420`,
    )
  }
  return { host, port }
}

function duration(option: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text)
  if (ms === undefined || ms <= 0) {
    throw new HalcyonError(
      'ConfigInvalid',
      `Cannot use ${option} "${text}": expected a duration such as 90s, 15m or 1h30m`,
    )
  }
  return ms
}

/** Argo CD's own setting, in seconds. Its default of 2 s is not taken over: health here carries the observed generation. */
function waveDelay(text: string | undefined): number {
  const seconds = Number(text ?? 0)
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 0
}

function logLevel(text: string): Config['logLevel'] {
  const level = logLevels.find((one) => one === text)
  if (level === undefined)
    throw new HalcyonError('ConfigInvalid', `Cannot use HALCYON_LOG_LEVEL "${text}": expected ${logLevels.join(', ')}`)
  return level
}
