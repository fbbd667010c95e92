import { expect, test } from 'vitest'
import { maskCredentials } from './secret-mask.ts'

test.each([
  {
    reason: 'user and password of a URL',
    text: 'fetch https://me:hunter2@git.example.com/a.git',
    want: 'fetch https://***@git.example.com/a.git',
  },
  {
    reason: 'a token in place of the user',
    text: 'https://ghp_abc@git.example.com',
    want: 'https://***@git.example.com',
  },
  { reason: 'a bearer token', text: '"authorization":"Bearer abcdefghijkl"', want: '"authorization":"Bearer ***"' },
  {
    reason: 'a credential in a query',
    text: '/x?ref=main&private_token=abc&y=1',
    want: '/x?ref=main&private_token=***&y=1',
  },
  {
    reason: 'an address without credentials stays',
    text: 'https://git.example.com/a@v1',
    want: 'https://git.example.com/a@v1',
  },
  { reason: 'an scp-like address stays', text: 'git@git.example.com:a/b.git', want: 'git@git.example.com:a/b.git' },
  {
    reason: 'words that only sound alike stay',
    text: 'the basic setup, bearer of news',
    want: 'the basic setup, bearer of news',
  },
])('maskCredentials(): $reason', ({ text, want }) => {
  expect(maskCredentials(text)).toBe(want)
})
