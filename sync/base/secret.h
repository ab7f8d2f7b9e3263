#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace belfry {

/// A token, key or password. Has no formatter and no stream operator; is wiped when it goes and
/// compared in constant time. Copying is allowed since tokens live in several requests at once;
/// each copy wipes itself.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  /// The only way to the text: reveals it to a request or the sealer, never to a log.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// Takes time by the length of `other` alone.
  [[nodiscard]] bool equals(std::string_view other) const;

  friend bool operator==(const Secret& a, const Secret& b) { return a.equals(b.text_); }

 private:
  void wipe() noexcept;

  std::string text_;
};

/// What people wrote, and what tells of it (topics, names of files). May be stored sealed and
/// posted, never logged: it has no formatter and no stream operator.
class Content {
 public:
  Content() = default;
  explicit Content(std::string text) : text_(std::move(text)) {}

  [[nodiscard]] const std::string& reveal() const { return text_; }
  /// Gives the text away: for what is too large to be copied.
  [[nodiscard]] std::string release() && { return std::move(text_); }
  [[nodiscard]] bool empty() const { return text_.empty(); }

  friend bool operator==(const Content&, const Content&) = default;

 private:
  std::string text_;
};

}  // namespace belfry
