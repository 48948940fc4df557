/* The few pieces of Vant the phone uses, with their looks but without its icon font. */
import 'vant/es/style/base.css'
import 'vant/es/overlay/index.css'
import 'vant/es/popup/index.css'
import 'vant/es/loading/index.css'
import 'vant/es/pull-refresh/index.css'

export { Popup, PullRefresh } from 'vant'
