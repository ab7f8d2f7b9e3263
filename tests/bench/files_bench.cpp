#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "tests/bench/figure.h"
#include "tests/bench/metric.h"
#include "tests/blackbox/office.h"
#include "tests/sandbox/mattermost/byte_sink.h"

// Design, "Numbers to reach", row 6: an attachment of 1 GiB, from OneDrive to Mattermost, through
// the real program in a process of its own.
namespace {

using namespace belfry::bench;     // NOLINT
using namespace belfry::blackbox;  // NOLINT
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr std::uint64_t k_mebibyte = std::uint64_t{1} << 20U;
constexpr std::uint64_t k_large = 1024 * k_mebibyte;

/// Two people; one shares files.
class Pair {
 public:
  Pair() {
    office_.mattermost().set_config("MaxFileSize", std::to_string(2 * k_large));
    office_.graph().change_settings(
        [](belfry::sandbox::GraphSettings& settings) { settings.evaluation_cap_enforced = false; });
    speaker_ = office_.hire("speaker");
    reader_ = office_.hire("reader");
    office_.start({});
    if (!office_.wait_until_ready()) throw std::runtime_error(office_.log());
    office_.connect(reader_);
    chat_ = office_.graph().create_chat(belfry::sandbox::ChatKind::one_on_one, "",
                                        {reader_.teams, speaker_.teams});
  }

  void share(const std::string& words, std::uint64_t bytes) {
    belfry::sandbox::DriveFile file;
    file.name = words + ".bin";
    file.generated = bytes;
    belfry::sandbox::MessageOptions options;
    options.files = {office_.graph().add_file(speaker_.teams, file)};
    office_.graph().post_message(chat_, speaker_.teams, "<p>" + words + "</p>", options);
  }
  /// Until the post is there; the most memory that was seen meanwhile, in MiB.
  double wait_for(const std::string& words) {
    double most = 0;
    const auto end = Clock::now() + std::chrono::seconds{300};
    while (office_.posts_to(reader_, words).empty()) {
      if (Clock::now() > end) throw std::runtime_error(words + " did not come\n" + office_.log());
      most = std::max(most, resident_mib(office_));
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return most;
  }
  [[nodiscard]] bool has_whole(const std::string& words, const std::string& sha256) {
    for (const auto& file : office_.mattermost().files()) {
      if (file.name == words + ".bin") return file.sha256 == sha256;
    }
    return false;
  }

 private:
  Office office_;
  Colleague speaker_;
  Colleague reader_;
  std::string chat_;
};

std::string hash_of(std::uint64_t bytes) {
  belfry::sandbox::DriveFile file;
  file.generated = bytes;
  belfry::sandbox::mattermost::ByteSink sink;
  constexpr std::uint64_t k_step = 8 * k_mebibyte;
  for (std::uint64_t from = 0; from < bytes; from += k_step) sink.take(file.part(from, k_step));
  return sink.sha256();
}

}  // namespace

int main() {
  Figures figures;
  Pair pair;
  std::printf("files, from OneDrive to Mattermost\n");
  // What a service holds that has carried a small file, so that only the size counts.
  pair.share("small", k_mebibyte);
  const double before = pair.wait_for("small");
  const auto begin = Clock::now();
  pair.share("large", k_large);
  const double most = pair.wait_for("large");
  const Seconds took = Clock::now() - begin;
  Figures::tell("resident memory with a small file", before, "MiB");
  Figures::tell("the most while 1 GiB passed", most, "MiB");
  figures.at_most("memory grows by", most - before, 16, "MiB");
  Figures::tell("rate, machine shared with the simulators", 1024 / took.count(), "MiB/s");
  figures.at_least("the file is what it was (1: yes)",
                   pair.has_whole("large", hash_of(k_large)) ? 1 : 0, 1, "");
  return figures.exit_code();
}
