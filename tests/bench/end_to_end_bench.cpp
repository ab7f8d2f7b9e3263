#include <chrono>
#include <thread>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "tests/bench/figure.h"
#include "tests/bench/metric.h"
#include "tests/blackbox/office.h"

// Design, "Numbers to reach", rows 3, 4 and 8: rich messages with one recipient each, from what is
// said in Teams to the post, with simulators that answer at once; the real program in a process of
// its own. Simulators and program share the machine.
namespace {

using namespace belfry::bench;     // NOLINT
using namespace belfry::blackbox;  // NOLINT
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int k_readers = 48;

/// One chat with each reader, in all of which the same person speaks.
class Company {
 public:
  explicit Company(int certificate_bits) {
    office_.graph().change_settings([](belfry::sandbox::GraphSettings& settings) {
      settings.rate_limits = false;
      settings.evaluation_cap_enforced = false;
    });
    speaker_ = office_.hire("speaker");
    for (int i = 0; i < k_readers; ++i)
      readers_.push_back(office_.hire(fmt::format("reader{}", i)));
    office_.start({{"BELFRY_LOG__LEVEL", "info"},
                   {"BELFRY_TEAMS__CERTIFICATE_BITS", std::to_string(certificate_bits)}});
    if (!office_.wait_until_ready()) throw std::runtime_error(office_.log());
    for (const Colleague& reader : readers_) {
      office_.connect(reader);
      chats_.push_back(office_.graph().create_chat(belfry::sandbox::ChatKind::one_on_one, "",
                                                   {reader.teams, speaker_.teams}));
    }
    messages_.resize(chats_.size());
    say(k_readers);
    wait_for(k_readers);
  }

  void say(int messages) {
    for (int i = 0; i < messages; ++i) say_next();
  }
  void say_next() {
    const std::size_t chat = said_++ % chats_.size();
    const std::string id = office_.graph().post_message(
        chats_[chat], speaker_.teams, "<p>The <b>release</b> moves to Thursday, see the plan.</p>");
    messages_[chat].push_back(std::stoll(id));
  }
  /// Until so many more are posted.
  void wait_for(std::size_t messages) {
    expected_ += messages;
    const auto end = Clock::now() + std::chrono::seconds{300};
    while (posted() < expected_) {
      if (Clock::now() > end)
        throw std::runtime_error(fmt::format("only {} of {} posts", posted(), expected_));
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
  }
  [[nodiscard]] std::size_t posted() {
    std::size_t posts = 0;
    for (const Colleague& reader : readers_)
      posts += office_.mattermost().posts_in_direct_channel(reader.mattermost).size() - k_welcome;
    return posts;
  }
  /// From Teams' time to the post's, of the newest `most` of each reader.
  [[nodiscard]] std::vector<double> latencies_ms(std::size_t most) {
    std::vector<double> latencies;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      const auto posts = office_.mattermost().posts_in_direct_channel(readers_[i].mattermost);
      const auto& said = messages_[i];
      const std::size_t count = std::min({most, posts.size() - k_welcome, said.size()});
      for (std::size_t back = 1; back <= count; ++back)
        latencies.push_back(
            static_cast<double>(posts[posts.size() - back].create_at - said[said.size() - back]));
    }
    return latencies;
  }
  [[nodiscard]] Office& office() { return office_; }

 private:
  static constexpr std::size_t k_welcome = 1;  ///< the post that tells of the connection
  Office office_{OfficeOptions{.extra_toml = "", .teams_toml = "payment_model = \"B\""}};
  Colleague speaker_;
  std::vector<Colleague> readers_;
  std::vector<std::string> chats_;
  std::vector<std::vector<std::int64_t>> messages_;  ///< of each chat; an id is its time in ms
  std::size_t said_ = 0;
  std::size_t expected_ = 0;
};

/// Private operations of RSA per second and core: each rich message costs one.
double rsa_per_second(int bits, int primes) {
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  EVP_PKEY_keygen_init(maker);
  EVP_PKEY_CTX_set_rsa_keygen_bits(maker, bits);
  EVP_PKEY_CTX_set_rsa_keygen_primes(maker, primes);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_generate(maker, &key);
  EVP_PKEY_CTX_free(maker);
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key, nullptr);
  EVP_PKEY_decrypt_init(context);
  EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING);
  std::vector<unsigned char> in(static_cast<std::size_t>(bits) / 8, 1);
  std::vector<unsigned char> out(in.size());
  const auto begin = Clock::now();
  int done = 0;
  while (Clock::now() - begin < std::chrono::seconds{1}) {
    std::size_t size = out.size();
    EVP_PKEY_decrypt(context, out.data(), &size, in.data(), in.size());
    ++done;
  }
  const Seconds took = Clock::now() - begin;
  EVP_PKEY_CTX_free(context);
  EVP_PKEY_free(key);
  return done / took.count();
}

/// How many messages a second come through, and what one costs. The simulators of Teams and
/// Mattermost take more of the two cores than the program, so its own processor time is judged.
void measure_rate(Company& company, int messages, double limit, Figures& figures) {
  const double cpu_before = company.office().process().cpu_seconds();
  const double calls_before = metric(company.office(), "belfry_graph_requests_total");
  const auto begin = Clock::now();
  company.say(messages);
  company.wait_for(static_cast<std::size_t>(messages));
  const Seconds took = Clock::now() - begin;
  const double cpu = company.office().process().cpu_seconds() - cpu_before;
  Figures::tell("messages from end to end, machine shared", messages / took.count(), "messages/s");
  Figures::tell("processor time of the program for a message", cpu * 1000 / messages, "ms");
  figures.at_least("which on two cores of its own is", 2 * messages / cpu, limit, "messages/s");
  const double calls = metric(company.office(), "belfry_graph_requests_total") - calls_before;
  figures.at_most("Graph calls for a delivered message", calls / messages, 0.1, "calls");
}

void measure_latency(Company& company, int messages, Figures& figures) {
  const auto begin = Clock::now();
  for (int i = 0; i < messages; ++i) {
    std::this_thread::sleep_until(begin + std::chrono::milliseconds{5 * i});
    company.say_next();
  }
  company.wait_for(static_cast<std::size_t>(messages));
  const auto latencies = company.latencies_ms(static_cast<std::size_t>(messages / k_readers));
  figures.at_most("latency at 200/s, p50", percentile(latencies, 0.5), 15, "ms");
  figures.at_most("latency at 200/s, p99", percentile(latencies, 0.99), 100, "ms");
}

}  // namespace

/// Sizes of the certificate may be named; else both.
int main(int count, char** arguments) {
  Figures figures;
  std::vector<int> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::stoi(arguments[i]));
  if (sizes.empty()) sizes = {2048, 3072};
  std::printf(
      "end to end, rich, one recipient a message, %d readers; simulators share the machine\n",
      k_readers);
  for (const int bits : sizes) {
    std::printf("certificate of %d bits\n", bits);
    Figures::tell("RSA private operations alone, one core, two primes", rsa_per_second(bits, 2),
                  "operations/s");
    if (bits > 2048)
      Figures::tell("the same with three primes, as Belfry makes them", rsa_per_second(bits, 3),
                    "operations/s");
    Company company(bits);
    measure_rate(company, 4800, 1500, figures);
    measure_latency(company, 2000, figures);
    Figures::tell("resident memory after that", resident_mib(company.office()), "MiB");
  }
  return figures.exit_code();
}
