/** Structured logs: JSON lines by pino, to a file or to stderr. stdout belongs to answers. */
import { once } from 'node:events'
import { pino } from 'pino'
import { maskCredentials } from './secret-mask.ts'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

type LogFields = Readonly<Record<string, unknown>>

interface LogMethod {
  (message: string): void
  /** An Error belongs under `err`; it is written with type, message, stack and causes. */
  (fields: LogFields, message: string): void
}

/** Messages are constant text, what varies goes into the fields. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** A logger whose lines carry `subsystem`, and further fields if given. */
  child(subsystem: string, fields?: LogFields): Logger
}

export interface LogOutput extends AsyncDisposable {
  readonly logger: Logger
  setLevel(level: LogLevel): void
}

export interface LoggerOptions {
  readonly level: LogLevel
  /** A path to append to, or a stream; undefined = stderr. */
  readonly to?: string | { write(line: string): unknown }
  /** The trace that the current code works for, if any. */
  readonly traceId?: () => string | undefined
}

const secretFields = [
  'authorization',
  'token',
  'password',
  'secret',
  'cookie',
  'clientKey',
  'client-key-data',
  'stringData',
]

/** Opens the log. Disposing writes what is buffered. A directory that does not exist is made. */
export function createLogger(options: LoggerOptions): LogOutput {
  const { to, traceId } = options
  // To a terminal each line at once; to a file without waiting for the disk.
  const own =
    typeof to === 'object'
      ? undefined
      : pino.destination({ dest: to ?? 2, sync: to === undefined, mkdir: true, mode: 0o600 })
  const root = pino(
    {
      // Filtered by the wrapper: a level of pino belongs to one logger, ours to the whole tree.
      level: 'trace',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: secretFields.flatMap((field) => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`]),
        censor: '***',
      },
      hooks: { streamWrite: maskCredentials },
      ...(traceId === undefined
        ? {}
        : {
            mixin: () => {
              const id = traceId()
              return id === undefined ? {} : { traceId: id }
            },
          }),
    },
    own ?? (to as { write(line: string): void }),
  )
  const threshold = { value: weightOf(options.level) }
  return {
    logger: wrap(root, threshold),
    setLevel(level) {
      threshold.value = weightOf(level)
    },
    async [Symbol.asyncDispose]() {
      if (own === undefined) return
      if (to === undefined) {
        own.flushSync()
        return
      }
      const closed = once(own, 'close')
      own.end()
      await closed
    },
  }
}

function weightOf(level: LogLevel): number {
  return pino.levels.values[level] ?? Number.POSITIVE_INFINITY
}

type LogArguments = [message: string] | [fields: LogFields, message: string]

function wrap(inner: pino.Logger, threshold: { readonly value: number }): Logger {
  function method(level: 'debug' | 'info' | 'warn' | 'error'): LogMethod {
    const weight = weightOf(level)
    return (...[first, second]: LogArguments) => {
      if (weight >= threshold.value) inner[level](first, second)
    }
  }
  return {
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    child: (subsystem, fields) => wrap(inner.child({ subsystem, ...fields }), threshold),
  }
}

/** Says nothing; for tests and for one-shot commands. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
}
