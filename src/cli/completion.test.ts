import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { candidates, takesApplication } from './completion.ts'
import { completionScript } from './completion-scripts.ts'
import { createProgram } from './program.ts'

const program = createProgram({
  version: '0',
  runUp: async () => 0,
  runSandbox: async () => 0,
  renderLocal: async () => '',
})
const names = ['shop-production', 'shop-staging', 'blog']

const rows = [
  { reason: 'commands', words: ['s'], want: ['status', 'sync', 'sandbox'] },
  { reason: 'no hidden commands', words: ['__'], want: [] },
  { reason: 'options of the command', words: ['up', '--re'], want: ['--repo', '--revision', '--read-only'] },
  { reason: 'choices of an option', words: ['get', '--health', 'D'], want: ['Degraded'] },
  { reason: 'short options take choices too', words: ['get', '-o', ''], want: ['table', 'json', 'yaml'] },
  { reason: 'commands of a command', words: ['plan', 'or'], want: ['order'] },
  { reason: 'options of a command of a command', words: ['plan', 'order', '--ba'], want: ['--batch'] },
  { reason: 'applications', words: ['why', 'shop'], want: ['shop-production', 'shop-staging'] },
  { reason: 'not the same application twice', words: ['sync', 'blog', ''], want: ['shop-production', 'shop-staging'] },
  { reason: 'choices of an argument', words: ['completion', ''], want: ['bash', 'zsh', 'fish'] },
  { reason: 'files for a free value', words: ['up', '--repo', ''], want: [] },
  { reason: 'nothing for a command that does not exist', words: ['nope', ''], want: [] },
]
for (const { reason, words, want } of rows) {
  test(`completes ${reason}: ${words.join(' ')}`, () => {
    const known = takesApplication(program, words) ? names : []
    expect(candidates(program, words, known).map(({ value }) => value)).toEqual(want)
  })
}

test('only a word that can be an application asks the server', () => {
  expect(takesApplication(program, ['why', ''])).toBe(true)
  for (const words of [['st'], ['up', ''], ['why', '--'], ['get', '--health', '']]) {
    expect(takesApplication(program, words), words.join(' ')).toBe(false)
  }
})

test('the bash script works in a real bash', () => {
  const answer = `halcyon() { [ "$1 $2 $3 $4" = "__complete -- why sh" ] && printf 'shop-a\\tx\\nshop-b\\n'; }`
  const script = `${answer}\n${completionScript('bash')}\nCOMP_WORDS=(halcyon why sh) COMP_CWORD=2; _halcyon; echo "\${COMPREPLY[*]}"`
  expect(execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })).toBe('shop-a shop-b\n')
})
