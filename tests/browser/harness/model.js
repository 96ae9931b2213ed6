// A language model that a test holds in its hand: it answers from the passages that it is given, one sentence at a time, and goes on
// when the test says so.
import { createServer } from 'node:http';

/** A test may hold an answer for as long as it needs. */
const PATIENT = ['llm.openai.idle_ms=60000', 'llm.openai.total_ms=90000', 'dialogue.deadline_ms=100000', 'switchboard.deadline_ms=120000', 'switchboard.lease_ms=180000'];

export async function startModel() {
  const model = new Model();
  await model.listen();
  return model;
}

class Model {
  #server;
  #gate = Promise.resolve();
  #open = () => undefined;
  requests = 0;
  /** Words that the sentences of an answer are about; each is looked for in the passages. */
  wanted = ['36 months', 'extended by 30 days'];

  async listen() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    await new Promise((then) => this.#server.listen(0, '127.0.0.1', then));
    this.url = `http://127.0.0.1:${this.#server.address().port}/v1`;
  }

  /** Settings that make a server use this model. */
  get settings() {
    return [...PATIENT, `llm.openai.base_url="${this.url}"`, 'llm.openai.model="scripted"', 'llm.openai.api_key="none"'];
  }

  /** From now on, every answer stops after its first sentence. */
  hold() {
    this.#gate = new Promise((then) => (this.#open = then));
  }

  /** Lets answers that stopped go on. */
  release() {
    this.#open();
    this.#gate = Promise.resolve();
  }

  async #answer(request, response) {
    this.requests += 1;
    let body = '';
    for await (const piece of request) body += piece;
    const prompt = JSON.parse(body).messages.map((message) => message.content).join('\n');
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const say = (content) => response.write(`data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`);
    const sentences = this.wanted.map((words) => supported(prompt, words)).filter(Boolean);
    if (sentences.length === 0) say('NO_ANSWER');
    for (const [place, sentence] of sentences.entries()) {
      // A sentence is known to be over when the next one begins.
      for (const [at, word] of sentence.split(/(?<= )/).entries()) {
        say(word);
        if (place === 1 && at === 1) await this.#gate;
      }
      say(' ');
    }
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`);
    response.end('data: [DONE]\n\n');
  }

  async close() {
    this.release();
    this.#server.closeAllConnections();
    await new Promise((then) => this.#server.close(then));
  }
}

/** The sentence of a passage that holds these words, with the passage's number. */
function supported(prompt, words) {
  for (const found of prompt.matchAll(/passage \[(\d+)\][^\n]*\n([\s\S]*?)\n\S+ end/g)) {
    const sentence = found[2].split(/(?<=[.!?])\s+/).find((one) => one.includes(words));
    if (sentence) return `${sentence.trim()} [${found[1]}]`;
  }
  return null;
}
