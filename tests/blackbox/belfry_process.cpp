#include "tests/blackbox/belfry_process.h"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <Poco/Net/SocketAddress.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kit/temporary_folder.h"

namespace belfry::blackbox {

ReservedPort::ReservedPort() {
  socket_.bind(Poco::Net::SocketAddress("127.0.0.1", 0), true, false);
}

BelfryProcess::~BelfryProcess() {
  kill();
}

void BelfryProcess::start(const std::string& program, const std::vector<std::string>& arguments,
                          const std::filesystem::path& log, const Environment& environment) {
  kill();
  std::vector<char*> argv;
  argv.push_back(const_cast<char*>(program.c_str()));
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(out);
  if (pid_ < 0) throw std::runtime_error("cannot start " + program);
}

bool BelfryProcess::is_running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) == 0) return true;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return false;
}

double BelfryProcess::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  std::string text;
  std::getline(in, text);
  // The name in parentheses may hold blanks; of the fields behind it, utime and stime are the 12th
  // and 13th.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void BelfryProcess::kill() {
  if (!is_running()) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
}

bool BelfryProcess::wait(std::chrono::milliseconds limit) {
  return eventually(limit, [this] { return !is_running(); });
}

int BelfryProcess::terminate(std::chrono::milliseconds limit) {
  if (!is_running()) return exit_code_;
  ::kill(pid_, SIGTERM);
  if (wait(limit)) return exit_code_;
  kill();
  return -1;
}

Completed run(const std::string& program, const std::vector<std::string>& arguments,
              const BelfryProcess::Environment& environment) {
  const kit::TemporaryFolder folder;
  const auto log = folder.path() / "output";
  BelfryProcess process;
  process.start(program, arguments, log, environment);
  Completed completed;
  constexpr std::chrono::seconds k_limit{60};
  if (process.wait(k_limit)) completed.exit_code = process.terminate(std::chrono::milliseconds{0});
  std::ifstream in(log);
  std::ostringstream text;
  text << in.rdbuf();
  completed.output = text.str();
  return completed;
}

}  // namespace belfry::blackbox
