#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace belfry::sandbox::mattermost {

/// Takes in the bytes of a file and keeps what is needed of them: how many, their SHA-256, and the
/// first 64 KiB, enough to tell what a picture measures. Small files are thereby kept whole.
class ByteSink {
 public:
  static constexpr std::size_t k_head_bytes = 64U << 10U;

  ByteSink();
  ByteSink(ByteSink&&) noexcept;
  ByteSink& operator=(ByteSink&&) noexcept;
  ~ByteSink();

  void take(std::string_view bytes);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] const std::string& head() const { return head_; }
  [[nodiscard]] bool has_all() const { return size_ == static_cast<std::int64_t>(head_.size()); }
  /// Hexadecimal; may be asked at any time.
  [[nodiscard]] std::string sha256() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };

  std::unique_ptr<evp_md_ctx_st, Free> digest_;
  std::int64_t size_ = 0;
  std::string head_;
};

}  // namespace belfry::sandbox::mattermost
