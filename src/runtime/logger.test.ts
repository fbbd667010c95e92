import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createLogger, type LogLevel } from './logger.ts'

function capture(level: LogLevel = 'debug', traceId?: () => string | undefined) {
  const lines: Record<string, unknown>[] = []
  const to = { write: (line: string) => lines.push(JSON.parse(line)) }
  const output = createLogger({ level, to, ...(traceId === undefined ? {} : { traceId }) })
  return { lines, output, logger: output.logger }
}

test('a line is JSON with level, time, subsystem, fields and message', () => {
  const { lines, logger } = capture()
  logger.child('source', { repository: 'a' }).info({ revision: 'abc' }, 'revision seen')
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({
    level: 'info',
    subsystem: 'source',
    repository: 'a',
    revision: 'abc',
    msg: 'revision seen',
  })
  expect(Date.parse(String(lines[0]!['time']))).toBeGreaterThan(0)
})

test('secrets do not reach the log, whichever way they come', () => {
  const { lines, logger } = capture()
  logger.info({ token: 's3cret', headers: { authorization: 's3cret' }, a: { b: { password: 's3cret' } } }, 'request')
  logger.error({ err: new Error('Cannot fetch https://me:s3cret@git.example.com') }, 'fetch failed')
  logger.warn('sent Bearer s3cret-s3cret')
  expect(JSON.stringify(lines)).not.toContain('s3cret')
  expect(lines).toHaveLength(3)
})

test('the level can change while running', () => {
  const { lines, logger, output } = capture('info')
  logger.debug('not shown')
  output.setLevel('debug')
  logger.debug('shown')
  expect(lines.map((line) => line['msg'])).toEqual(['shown'])
})

test('a line quotes the trace it belongs to', () => {
  let traceId: string | undefined = 'abc'
  const { lines, logger } = capture('info', () => traceId)
  logger.info('inside')
  traceId = undefined
  logger.info('outside')
  expect(lines.map((line) => line['traceId'])).toEqual(['abc', undefined])
})

test('disposing a log file writes what is buffered', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'halcyon-log-'))
  const path = join(directory, 'logs', 'halcyon.log')
  {
    await using output = createLogger({ level: 'info', to: path })
    output.logger.info('one')
    output.logger.info('two')
  }
  const text = await readFile(path, 'utf8')
  expect(text.trim().split('\n')).toHaveLength(2)
  await rm(directory, { recursive: true })
})
