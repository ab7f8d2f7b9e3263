#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http/connection_pool.h"
#include "net/http/dialer.h"
#include "net/http/http_client.h"
#include "net/http/url.h"
#include "sync/base/result.h"
#include "sync/base/time.h"
#include "sync/port/clock.h"

namespace belfry::net {

struct WebSocketPolicy {
  Duration open_limit{15'000};
  /// Mattermost pings every 60 s: who says nothing for so long is gone.
  Duration silence_limit{100'000};
  /// The largest post in an event is far below; a `config_changed` brings some 20 KB.
  std::size_t max_message = std::size_t{4} << 20;
};

/// The client's side of a WebSocket: takes text, answers pings, sends nothing else.
///
/// Threads   One at a time; `aborted` may be set from any and is seen within 0.1 s.
/// Source    RFC 6455, without extensions.
class WebSocket {
 public:
  /// Upgrades `url` (http or https). Errors: as classify() where an HTTP answer came, else
  /// transient.
  [[nodiscard]] static Result<std::unique_ptr<WebSocket>> open(const Dialer& dialer, const Url& url,
                                                               const HttpHeaders& headers,
                                                               const WebSocketPolicy& policy,
                                                               const sync::Clock& clock,
                                                               const std::atomic<bool>& aborted);

  /// The next whole text message. `closed` when the other side said goodbye.
  [[nodiscard]] WireEnd receive(std::string& text);
  /// Says goodbye, waits for nothing.
  void close();

 private:
  struct Frame {
    bool is_last = true;
    int opcode = 0;
    std::string payload;
  };
  WebSocket(std::unique_ptr<Stream> stream, const WebSocketPolicy& policy, const sync::Clock& clock,
            const std::atomic<bool>& aborted)
      : connection_(std::move(stream)), policy_(policy), clock_(clock), aborted_(aborted) {}

  Result<> shake_hands(const Url& url, const HttpHeaders& headers, const Patience& patience);
  [[nodiscard]] WireEnd read_frame(Frame& frame, std::size_t most);
  [[nodiscard]] WireEnd send_frame(int opcode, std::string_view payload);
  [[nodiscard]] Patience patience() const {
    return {clock_, clock_.now().steady + policy_.silence_limit, aborted_};
  }

  Connection connection_;
  const WebSocketPolicy policy_;
  const sync::Clock& clock_;
  const std::atomic<bool>& aborted_;
};

}  // namespace belfry::net
