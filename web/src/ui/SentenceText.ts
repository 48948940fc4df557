import { h, type FunctionalComponent } from 'vue'

const DAY = /(\d{4}-\d{2}-\d{2})/

/** A sentence of the server's: a day in it never breaks at its hyphens. */
const SentenceText: FunctionalComponent<{ text: string }> = ({ text }) =>
  text.split(DAY).map((piece, index) => (index % 2 ? h('span', { style: { whiteSpace: 'nowrap' } }, piece) : piece))
SentenceText.props = { text: { type: String, required: true } }
export default SentenceText
