#include "tests/bench/http_load.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

namespace belfry::bench {
namespace {

using Clock = std::chrono::steady_clock;

/// Reads one answer; its status, or 0.
int read_status(Poco::Net::StreamSocket& socket, std::string& buffer) {
  buffer.clear();
  std::size_t whole = std::string::npos;
  char part[4096];
  for (;;) {
    if (whole != std::string::npos && buffer.size() >= whole) break;
    const int came = socket.receiveBytes(part, sizeof part);
    if (came <= 0) return 0;
    buffer.append(part, static_cast<std::size_t>(came));
    const auto head = buffer.find("\r\n\r\n");
    if (whole != std::string::npos || head == std::string::npos) continue;
    whole = head + 4;
    const auto length = buffer.find("Content-Length: ");
    if (length < head) whole += std::stoul(buffer.substr(length + 16));
  }
  return buffer.size() > 12 ? std::stoi(buffer.substr(9, 3)) : 0;
}

/// The numbers of all runs: none is sent twice.
std::atomic<std::uint64_t> numbers{1};

class Sender {
 public:
  Sender(const LoadOptions& options, int place)
      : options_(options),
        gap_(options.per_second > 0 ? options.connections / options.per_second : 0),
        begin_(Clock::now() +
               std::chrono::duration_cast<Clock::duration>(gap_ * place / options.connections)) {}

  void run(Clock::time_point end, LoadResult& result) {
    Poco::Net::StreamSocket socket(Poco::Net::SocketAddress("127.0.0.1", options_.port));
    socket.setNoDelay(true);
    socket.setReceiveTimeout(Poco::Timespan(20, 0));
    std::string buffer;
    for (std::uint64_t sent = 0;; ++sent) {
      const std::string request = options_.request(numbers++);
      auto due = Clock::now();
      if (gap_.count() > 0) {
        due = begin_ + std::chrono::duration_cast<Clock::duration>(gap_ * sent);
        std::this_thread::sleep_until(due);
      }
      if (due >= end) return;
      std::size_t left = 0;
      while (left < request.size())
        left += static_cast<std::size_t>(
            socket.sendBytes(request.data() + left, static_cast<int>(request.size() - left)));
      if (read_status(socket, buffer) == 202) {
        const std::chrono::duration<double, std::milli> took = Clock::now() - due;
        result.latencies_ms.push_back(took.count());
      } else {
        ++result.failures;
        if (buffer.empty()) return;
      }
    }
  }

 private:
  const LoadOptions& options_;
  const std::chrono::duration<double> gap_;
  const Clock::time_point begin_;
};

}  // namespace

LoadResult send_load(const LoadOptions& options) {
  std::vector<LoadResult> parts(static_cast<std::size_t>(options.connections));
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(options.seconds));
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < options.connections; ++i) {
      threads.emplace_back([&, i] {
        LoadResult& part = parts[static_cast<std::size_t>(i)];
        try {
          Sender(options, i).run(end, part);
        } catch (const Poco::Exception&) {
          ++part.failures;
        }
      });
    }
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  LoadResult all;
  for (LoadResult& part : parts) {
    all.failures += part.failures;
    all.latencies_ms.insert(all.latencies_ms.end(), part.latencies_ms.begin(),
                            part.latencies_ms.end());
  }
  all.per_second = static_cast<double>(all.latencies_ms.size()) / took.count();
  return all;
}

}  // namespace belfry::bench
